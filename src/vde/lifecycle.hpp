#pragma once

#include "base/result.hpp"
#include "model/step.hpp"

namespace vdeup::vde {

/// Start a vde_switch as the owner and wait until it is proven to run: its management socket answers, the
/// process behind it is the owner's and says the same pid, and the TAP is at one of its ports. Its exit
/// status proves nothing (vde-facts fact 3). The caller acts as the owner.
/// Errors: missing if there is no vde_switch; on any error nothing is left running.
[[nodiscard]] Result<> start(const StartSwitch& step);

/// Stop the switch of a scope: ask it, then SIGTERM, then, with `kill`, SIGKILL; and sweep. Where its console
/// is gone or full, its processes are found by their command lines. Only what process::HeldProcess holds is
/// signalled. The caller acts as the owner. Errors: timed_out if it did not end; refused if it is not ours to
/// end.
[[nodiscard]] Result<> stop(const StopSwitch& step);

/// End the vde_switch processes that were started for this socket directory, whatever became of its sockets.
[[nodiscard]] Result<> end_switch_processes(const StopSwitch& step);

/// Join a switch to the outside and wait until that is proven: the process is the owner's and at a port of
/// this very switch, has each port of the host that is to be forwarded, and answers for the address of the
/// gateway. The caller acts as the owner and holds the lock of the switch.
/// Errors: missing if a part of VDE is not installed; on any error nothing is left running.
[[nodiscard]] Result<> start_uplink(const StartUplink& step);

/// End the processes that join a switch to the outside, whatever became of the switch. The caller acts as the
/// owner. Errors: timed_out if one did not end.
[[nodiscard]] Result<> stop_uplink(const StopUplink& step);

} // namespace vdeup::vde
