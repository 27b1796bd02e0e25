#pragma once

#include "base/result.hpp"
#include "model/step.hpp"

namespace vdeup::vde {

/// Start a vde_switch as the owner and verify that it runs: its management socket answers, its process is
/// the owner's and reports the same pid, and the TAP is at one of its ports. The exit status is no proof:
/// `vde_switch -d` returns 0 even if it could not open its TAP or its sockets. The caller acts as the owner.
/// Errors: missing if vde_switch is not installed; on any error no process is left.
[[nodiscard]] Result<> start(const StartSwitch& step);

/// Stop the switch of a scope by its console, then SIGTERM, then, with `kill`, SIGKILL; remove its sockets.
/// If its console is gone or full, its processes are found by their command lines. Only processes held by
/// process::HeldProcess are signalled. The caller acts as the owner.
/// Errors: timed_out if it did not end; refused if it is not the owner's.
[[nodiscard]] Result<> stop(const StopSwitch& step);

/// End the vde_switch processes that were started for this socket directory, even if its sockets are gone.
[[nodiscard]] Result<> end_switch_processes(const StopSwitch& step);

/// Start the user-mode uplink of a switch and verify it: the process is the owner's and at a port of this
/// switch, it listens at each host port to be forwarded, and answers ARP for the gateway's address. The
/// caller acts as the owner and holds the lock of the switch.
/// Errors: missing if a part of VDE is not installed; on any error no process is left.
[[nodiscard]] Result<> start_uplink(const StartUplink& step);

/// End the processes of a switch's user-mode uplink, even if the switch is gone. The caller acts as the
/// owner. Errors: timed_out if one did not end.
[[nodiscard]] Result<> stop_uplink(const StopUplink& step);

} // namespace vdeup::vde
