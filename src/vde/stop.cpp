#include "vde/inspect.hpp"
#include "vde/lifecycle.hpp"
#include "vde/sweep.hpp"
#include "vde/switch_process.hpp"

#include <fmt/format.h>

#include <csignal>

namespace vdeup::vde {
namespace {

constexpr std::chrono::seconds k_step_timeout{2}; // of each attempt

Error still_there(const Scope& scope, pid_t pid) {
  return Error{ErrorKind::timed_out, fmt::format("cannot stop the switch {}", scope.sockets.dir.str()),
               fmt::format("process {} did not end in time", pid), "repeat with -f to kill it"};
}

/// Ask through the console. True if the process took it.
bool ask(Console& console) {
  const auto deadline = Deadline::after(k_step_timeout);
  return console.greet(deadline) && console.shutdown(deadline);
}

Result<> end_process(const process::HeldProcess& process, const StopSwitch& step) {
  if (process.signal(SIGTERM) && process.wait_for_end(Deadline::after(k_step_timeout)))
    return ok();
  if (step.kill && process.signal(SIGKILL) && process.wait_for_end(Deadline::after(k_step_timeout)))
    return ok();
  return process.wait_for_end(Deadline::after(std::chrono::milliseconds{0}))
             ? ok()
             : Result<>{fail(still_there(step.scope, process.pid()))};
}

Result<> end_by_console(Console& console, const StopSwitch& step) {
  TRY(auto process, hold_process(console.peer().pid, step.scope.owner));
  if (!process || (ask(console) && process->wait_for_end(Deadline::after(k_step_timeout))))
    return ok();
  return end_process(*process, step);
}

} // namespace

Result<> end_switch_processes(const StopSwitch& step) {
  for (const pid_t pid : find_switch_processes(step.scope)) {
    TRY(auto process, hold_process(pid, step.scope.owner));
    if (process) {
      TRY(end_process(*process, step));
    }
  }
  return ok();
}

Result<> stop(const StopSwitch& step) {
  auto console = connect_to_owner(step.scope, Deadline::after(k_console_timeout));
  if (!console && console.error().kind() != ErrorKind::timed_out)
    return fail(std::move(console).error());
  if (console && console.value()) {
    TRY(end_by_console(*console.value(), step));
  } else { // a process that has lost its sockets, or is stopped
    TRY(end_switch_processes(step));
  }
  TRY(stop_uplink({step.scope})); // it ends by itself with its switch, unless something keeps it from that
  return sweep(step.scope);
}

} // namespace vdeup::vde
