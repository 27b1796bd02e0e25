// vdeup-helper: the only program of vdeup that has privileges. Theory of operation:
//
// 1. An ordinary user's vdeup starts it, with a channel as standard input: by its file capability, or through
//    sudo, doas, ksu or pkexec. Whoever else starts it gets an error.
// 2. It finds out from the kernel who the caller is (privilege/caller.cpp), then is that user with
//    CAP_NET_ADMIN alone, and what a dnsmasq needs beside that, to be handed on (kernel/capabilities.cpp),
//    whichever way it was started.
// 3. It takes nothing from its surroundings: no environment, no words, no descriptors but three, no files but
//    the administrator's policy and QEMU's list of bridges.
// 4. It serves requests (privilege/protocol.hpp) until the channel is closed. What it does for them, and why
//    that is safe, is in privilege/handler.cpp.
// 5. Where root starts it and the policy lets the caller move a NIC, a part of it stays root's, for nothing
//    but that (privilege/nic_monitor.hpp).

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "config/policy.hpp"
#include "config/qemu_bridges.hpp"
#include "config/settings.hpp"
#include "kernel/capabilities.hpp"
#include "privilege/caller.hpp"
#include "privilege/request_handler.hpp"
#include "privilege/server.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

namespace {

using namespace vdeup;

/// What the caller could have arranged around us is no longer there.
Result<privilege::Caller> begin() {
  fill_standard_streams();
  auto caller = privilege::identify_caller(STDIN_FILENO);
  (void)::clearenv();
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) < 0 || ::chdir("/") < 0)
    return fail(errno_error(errno, "cannot begin"));
  return caller;
}

/// What stays root's; nothing where it is not wanted, or not root who has started us.
Result<std::optional<privilege::NicMonitor>> start_monitor(const privilege::Caller& caller) {
  if (::geteuid() != 0)
    return std::optional<privilege::NicMonitor>{};
  const Identity& user = caller.account.identity;
  TRY(auto policy, config::read_policy());
  if (policy.evaluate_anywhere(user, config::Right::nic).kind != config::Verdict::Kind::allowed)
    return std::optional<privilege::NicMonitor>{};
  TRY(auto monitor,
      privilege::NicMonitor::start(
          caller, {.caller = user, .host_seed = config::host_seed(), .policy = std::move(policy)}));
  return std::optional{std::move(monitor)};
}

Result<> help() {
  TRY(auto caller, begin());
  const Identity& user = caller.account.identity;
  TRY(auto monitor, start_monitor(caller));
  TRY(kernel::keep_network_rights(user));
  TRY(auto policy, config::read_policy());
  TRY(auto handler, privilege::RequestHandler::open({.caller = user,
                                                     .host_seed = config::host_seed(),
                                                     .policy = std::move(policy),
                                                     .qemu_bridges = config::read_qemu_bridges()},
                                                    std::move(monitor)));
  return privilege::serve(STDIN_FILENO, user, handler);
}

/// Whether it can be written or not: where the caller has closed standard error, the C library of a
/// privileged program opens /dev/full in its place.
int report(const Error& error) {
  std::string text = fmt::format("vdeup-helper: {}\n", printable(error.message()));
  for (const std::string& hint : error.hints().lines())
    text += fmt::format("  hint: {}\n", printable(hint));
  (void)std::fputs(text.c_str(), stderr);
  return setup_exit_status(error.kind());
}

} // namespace

int main(int argc, char** /*argv*/) {
  constexpr int internal_error = 125;
  try {
    const auto helped =
        argc == 1
            ? help()
            : Result<>{fail(Error{ErrorKind::usage, "cannot take arguments",
                                  "what there is to do comes through the channel", "see vdeup-helper(8)"})};
    return helped ? 0 : report(helped.error());
  } catch (const std::exception& error) { // a bug, or no memory: everything else is a Result
    (void)std::fputs("vdeup-helper: internal error: ", stderr);
    (void)std::fputs(error.what(), stderr);
    (void)std::fputs("\n", stderr);
    return internal_error;
  }
}
