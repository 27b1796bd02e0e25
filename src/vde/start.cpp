#include "base/text.hpp"
#include "process/command.hpp"
#include "vde/backoff.hpp"
#include "vde/inspect.hpp"
#include "vde/lifecycle.hpp"
#include "vde/sweep.hpp"
#include "vde/uplink.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr std::chrono::seconds k_start_timeout{5};
constexpr unsigned k_ports =
    128; // a full switch makes the next client hang, and an unused port costs nothing

/// vde_switch goes on without its TAP when it cannot open the device, and tells only the syslog.
Result<> check_tun_device(const std::string& owner) {
  const UniqueFd device{::open("/dev/net/tun", O_RDWR | O_CLOEXEC)};
  if (!device)
    return fail(errno_error(errno,
                            fmt::format("cannot start a switch for {}: cannot open /dev/net/tun", owner),
                            "let users open it, as udev does: `sudo chmod 0666 /dev/net/tun`"));
  return ok();
}

Result<process::Command> switch_command(const StartSwitch& step) {
  auto program = process::find_system_program("vde_switch");
  if (!program)
    return fail(Error{ErrorKind::missing, "cannot start a switch", "vde_switch is not installed",
                      "`sudo apt install vde-switch`, or the vde2 package of your distribution"});
  const SwitchSockets& sockets = step.scope.sockets;
  // -f: else it would run what stands in $HOME/.vde2; no -p: a stale pidfile makes the next start fail
  std::vector<std::string> args{"-d",
                                "-s",
                                sockets.dir.str(),
                                "--dirmode",
                                fmt::format("{:04o}", step.access.directory_mode()),
                                "-M",
                                sockets.mgmt.str(),
                                "--mgmtmode", // never the group's: it would run code as the owner
                                "0600",
                                "-f",
                                "/dev/null",
                                "-n",
                                std::to_string(k_ports)};
  if (step.tap)
    args.insert(args.end(), {"-t", step.tap->str()});
  if (step.access.group)
    args.insert(args.end(), {"-g", step.access.group->name});
  if (step.access.kind == SwitchAccess::Kind::shared)
    args.insert(args.end(), {"-m", "0660"});
  process::Command command{.program = std::move(program).value(), .args = std::move(args)};
  command.environment.push_back(intent_variable(step.made_for));
  return command;
}

Result<> launch(const process::Command& command, const Deadline& deadline) {
  auto outcome = process::run(command, deadline);
  if (!outcome) { // a failure of ours, not of the program that the user named
    outcome.error().set_kind(ErrorKind::failed);
    return fail(std::move(outcome).error());
  }
  if (outcome.value().exit_status == 0)
    return ok();
  const process::Outcome& ended = outcome.value();
  const std::string& said = ended.errors.empty() ? ended.output : ended.errors;
  return fail(Error{ErrorKind::failed,
                    "cannot start a switch",
                    fmt::format("vde_switch ended with status {}: {}", ended.exit_status,
                                printable(said.substr(0, said.find_last_not_of('\n') + 1))),
                    {}});
}

/// Wait for the console, which appears a moment after the daemon's parent has ended: between bind(2) and
/// listen(2) its socket is there and refuses. (inotify would tell of the first, but closing a watch waits for
/// the kernel for 15 ms, three times as long as all the rest of a start.)
Result<Console> await_console(const SocketPath& path, const Deadline& deadline) {
  for (Backoff backoff{deadline};; backoff.pause()) {
    TRY(auto console, Console::connect(path, deadline));
    if (console)
      return std::move(*console);
    if (backoff.is_over())
      return fail(Error{ErrorKind::timed_out, "cannot start a switch",
                        "vde_switch did not open its management socket in time", "the system log says more"});
  }
}

Result<> prove(const StartSwitch& step, const Deadline& deadline) {
  TRY(auto console, await_console(step.scope.sockets.mgmt, deadline));
  if (console.peer().uid != step.scope.owner.uid)
    return fail(Error{ErrorKind::refused,
                      "cannot start a switch",
                      fmt::format("uid {} listens at {}", console.peer().uid, step.scope.sockets.mgmt.str()),
                      {}});
  TRY(auto found, interrogate(console, step.scope, deadline));
  if (found.tap != step.tap || (!step.tap && found.made_for != step.made_for))
    return fail(
        Error{ErrorKind::failed, "cannot start a switch",
              fmt::format("vde_switch runs, but could not open {}", step.tap ? step.tap->str() : "its TAP"),
              fmt::format("is it in use? `vdeup check`; its owner must be {}", step.scope.owner.name)});
  return ok();
}

/// After a failed start nothing may run on: not the daemon, which goes on without its console or its TAP, and
/// would spin on the TAP once that is deleted. The first error is the one to report.
void clean_up(const StartSwitch& step) {
  (void)end_switch_processes({step.scope, true});
  (void)sweep(step.scope);
}

} // namespace

Result<> start(const StartSwitch& step) {
  const auto deadline = Deadline::after(k_start_timeout);
  if (step.tap) {
    TRY(check_tun_device(step.scope.owner.name));
  }
  TRY(auto command, switch_command(step));
  auto proven = launch(command, deadline);
  if (proven)
    proven = prove(step, deadline);
  if (!proven)
    clean_up(step);
  return proven;
}

} // namespace vdeup::vde
