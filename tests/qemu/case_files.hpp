#pragma once

#include <string>

namespace lab {

/// Make a file that QEMU takes for what it is called: `raw` (a disk of 1 MiB), `qcow2`, `floppy`, `flash`,
/// `kernel` (for a PC), `key`, `config`. Ends the test for other kinds.
void make_case_file(const std::string& kind, const std::string& path);

} // namespace lab
