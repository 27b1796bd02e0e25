#pragma once

#include "config/profile_line.hpp"

namespace vdeup::launch {

/// The QEMU line of the VM profile that `word` names: a file, or NAME for NAME.conf in the caller's
/// `~/.config/vdeup/vm`, in `/etc/vdeup/vm`, or among the templates that came with the program.
/// Errors: missing, refused for a file that others can write to, usage for a bad line.
[[nodiscard]] Result<config::ProfileLine> read_profile_line(const std::string& word);

} // namespace vdeup::launch
