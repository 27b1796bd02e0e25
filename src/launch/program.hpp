#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::launch {

/// The name under which this program was called: the last component of argv[0].
[[nodiscard]] std::string_view called_as(std::string_view argv0);

/// True for `vdeq` and `vdeNAME`, which run a program; false for vdeup itself.
[[nodiscard]] bool is_wrapper(std::string_view name);

/// The command line that a wrapper stands for, with the program to run first:
/// `vdeq PROGRAM …` → PROGRAM; `vdeqemu …` → qemu, else qemu-system-<host>; `vdekvm …` → kvm, else that with
/// `-accel kvm`; any other `vdeNAME …` → NAME, as VDE's vdeq had it.
/// Errors: usage, program_missing.
[[nodiscard]] Result<std::vector<std::string>> wrapped_line(std::string_view name,
                                                            const std::vector<std::string>& arguments);

/// The system emulator for the host's own architecture: `qemu-system-x86_64`, …
[[nodiscard]] std::string host_emulator();

/// The name that QEMU's system emulator has for a machine as uname(2) names it: x86_64, aarch64, i386, …
[[nodiscard]] std::string qemu_architecture(std::string_view machine);

} // namespace vdeup::launch
