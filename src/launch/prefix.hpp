#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace vdeup::launch {

/// Find the program whose arguments are QEMU's, behind programs that run another one: `nice -n 5 taskset -c 0
/// QEMU`, `env A=1 QEMU`. Returns its index in `words`; 0 for a line that begins with it. Pure.
///
/// `vdeup` is how vdeup was called, with its options: where it has to be moved behind a program that would
/// close our descriptors (sudo) or run QEMU elsewhere (systemd-run), the hint is the line to type.
/// Errors: usage, for those, for programs that vdeup does not know in front of a QEMU, and for a line without
/// a program behind them.
[[nodiscard]] Result<std::size_t> find_program_word(const std::vector<std::string>& words,
                                                    const std::vector<std::string>& vdeup);

} // namespace vdeup::launch
