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
/// is gone or full, its processes are found by their command lines. Only what SwitchProcess holds is
/// signalled. The caller acts as the owner. Errors: timed_out if it did not end; refused if it is not ours to
/// end.
[[nodiscard]] Result<> stop(const StopSwitch& step);

/// End the vde_switch processes that were started for this socket directory, whatever became of its sockets.
[[nodiscard]] Result<> end_switch_processes(const StopSwitch& step);

} // namespace vdeup::vde
