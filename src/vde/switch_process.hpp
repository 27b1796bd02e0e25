#pragma once

#include "model/network.hpp"
#include "process/held_process.hpp"

#include <sys/types.h>

#include <string_view>
#include <vector>

namespace vdeup::vde {

/// The programs that serve a switch, by the names that the kernel has for their processes.
inline constexpr std::string_view k_switch_program = "vde_switch";
inline constexpr std::string_view k_plug_program = "vde_plug";

/// Hold a vde_switch of the owner, or another program of a switch. Nothing if it has ended. Errors:
/// those of HeldProcess.
[[nodiscard]] Result<std::optional<process::HeldProcess>>
hold_process(pid_t pid, const Identity& owner, std::string_view program = k_switch_program);

/// Find the vde_switch processes of the owner in this network namespace that were started for this socket
/// directory, by their command lines (proc(5)). It finds a switch whose sockets are missing.
[[nodiscard]] std::vector<pid_t> find_switch_processes(const Scope& scope);

} // namespace vdeup::vde
