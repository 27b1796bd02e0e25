#include "nat/dnsmasq.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "kernel/capabilities.hpp"
#include "nat/dnsmasq_words.hpp"
#include "nat/udp_sockets.hpp"
#include "process/command.hpp"
#include "process/held_process.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace vdeup::nat {
namespace {

constexpr std::string_view k_program = "dnsmasq";
constexpr std::chrono::seconds k_start_patience{5};
constexpr std::chrono::seconds k_stop_patience{2}; // for each way of asking

Error cannot_start(const StartDnsmasq& step, ErrorKind kind, std::string cause, std::string hint = {}) {
  return Error{kind, fmt::format("cannot start dnsmasq for {}", step.bridge.str()), std::move(cause),
               std::move(hint)};
}

Result<ino_t> our_network() {
  struct stat status {};
  if (::stat("/proc/self/ns/net", &status) < 0)
    return fail(errno_error(errno, "cannot look at /proc/self/ns/net"));
  return status.st_ino;
}

Result<ServedBridge> in_our_network(const IfName& bridge) {
  TRY(const auto network, our_network());
  return ServedBridge{bridge, network};
}

std::vector<std::string> words_of(pid_t pid) {
  return process::without_program(process::command_line_of(pid));
}

std::vector<pid_t> find_ours(uid_t owner, const ServedBridge& where) {
  return process::find_processes(owner, k_program, [&where](std::vector<std::string> words) {
    return is_ours(process::without_program(std::move(words)), where);
  });
}

Result<> end_ours(const Identity& owner, const ServedBridge& where) {
  for (const pid_t pid : find_ours(owner.uid, where)) {
    TRY(const auto held, process::HeldProcess::hold(pid, owner, k_program));
    // The pid may have become another dnsmasq's between the look and the hold.
    if (held && is_ours(words_of(pid), where) && !held->end(k_stop_patience))
      return fail(Error{ErrorKind::timed_out,
                        fmt::format("cannot end the dnsmasq of {}", where.bridge.str()),
                        fmt::format("process {} did not end in time", pid),
                        {}});
  }
  return ok();
}

Result<> check_rights(const StartDnsmasq& step) {
  TRY(const auto missing, kernel::find_missing(dnsmasq_rights(step.owner)));
  if (!missing)
    return ok();
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  return fail(
      cannot_start(step, ErrorKind::not_permitted, fmt::format("{} is missing", name_of(*missing)),
                   fmt::format("`setcap cap_net_admin,cap_net_bind_service,cap_net_raw+p {}`, if that "
                               "is vdeup-helper; where root lacks it, it is kept from a whole container",
                               shell_quote(program))));
}

/// Who else has a port that dnsmasq needs, as far as there is somebody.
std::string describe_rival(const IpAddress& gateway) {
  for (const std::uint16_t port : {std::uint16_t{53}, std::uint16_t{67}})
    if (const auto owner = find_udp_owner(gateway, port))
      return fmt::format("a program of {}'s has port {} of {}", user_name(*owner), port, gateway.str());
  return {};
}

Error explain(const StartDnsmasq& step, const process::Outcome& ended) {
  constexpr int network_trouble = 2; // dnsmasq(8), EXIT CODES
  const std::size_t first = std::min(ended.errors.find_first_not_of('\n'), ended.errors.size());
  const std::string said =
      printable(ended.errors.substr(first, ended.errors.find_last_not_of('\n') + 1 - first));
  const std::string rival =
      ended.exit_status == network_trouble ? describe_rival(step.network.gateway4.address) : std::string{};
  if (rival.empty())
    return cannot_start(step, ErrorKind::failed,
                        fmt::format("it ended with status {}: {}", ended.exit_status, said));
  return cannot_start(step, ErrorKind::failed, fmt::format("{} ({})", rival, said),
                      "`sudo ss -lunp` names it; it has to listen at addresses of its own only, as dnsmasq "
                      "does with --bind-dynamic");
}

Result<> launch(const StartDnsmasq& step, std::vector<std::string> words) {
  auto program = process::find_system_program(std::string{k_program});
  if (!program)
    return fail(cannot_start(step, ErrorKind::missing, "dnsmasq is not installed",
                             "`sudo apt install dnsmasq-base`, or the dnsmasq of your distribution"));
  auto outcome = process::run({.program = std::move(program).value(),
                               .args = std::move(words),
                               .capabilities = dnsmasq_rights(step.owner)},
                              Deadline::after(k_start_patience));
  if (!outcome) { // a failure of ours, not of the program that the user named
    outcome.error().set_kind(ErrorKind::failed);
    return fail(std::move(outcome).error());
  }
  return outcome.value().exit_status == 0 ? ok() : Result<>{fail(explain(step, outcome.value()))};
}

/// Its status says that it could do what there was to be done, and where an address is missing, that was
/// nothing. It opens its sockets before its parent ends.
Result<> prove(const StartDnsmasq& step) {
  const IpAddress& gateway = step.network.gateway4.address;
  if (is_served(gateway, step.owner.uid))
    return ok();
  return fail(cannot_start(
      step, ErrorKind::failed, fmt::format("it runs, but does not listen at {}", gateway.str()),
      fmt::format("has the bridge that address? `ip address show dev {}`", shell_quote(step.bridge.str()))));
}

bool serves_the_same(const StartDnsmasq& step, const ServedBridge& where,
                     const std::vector<std::string>& words) {
  const std::vector<pid_t> pids = find_ours(step.owner.uid, where);
  return pids.size() == 1 && words_of(pids.front()) == words && prove(step);
}

} // namespace

Capabilities dnsmasq_rights(const Identity& owner) {
  Capabilities rights{Capability::net_bind_service, Capability::net_admin, Capability::net_raw};
  if (owner.uid == 0)
    rights.push_back(Capability::setgid);
  return rights;
}

Result<> start_dnsmasq(const StartDnsmasq& step) {
  if (!is_plain(step.bridge))
    return fail(cannot_start(step, ErrorKind::refused,
                             "dnsmasq would take that name for other interfaces as well",
                             "give the bridge a name of letters and digits"));
  TRY(const auto where, in_our_network(step.bridge));
  const std::vector<std::string> words = dnsmasq_words(where, step.switch_dir, step.network);
  TRY(auto acting, ActingAs::enter(step.owner));
  if (serves_the_same(step, where, words))
    return ok();
  TRY(check_rights(step));
  TRY(end_ours(step.owner, where));
  auto started = launch(step, words);
  if (started)
    started = prove(step);
  if (!started)
    (void)end_ours(step.owner, where);
  return started;
}

Result<std::vector<IfName>> list_served(const NatMark& mark) {
  TRY(const auto network, our_network());
  std::vector<IfName> bridges;
  (void)process::find_processes(mark.owner, k_program, [&](std::vector<std::string> words) {
    auto bridge = bridge_served_by(process::without_program(std::move(words)), network, mark.switch_dir);
    if (bridge)
      bridges.push_back(*std::move(bridge));
    return false; // the names are what is looked for
  });
  return bridges;
}

Result<> stop_dnsmasq(const StopDnsmasq& step) {
  TRY(const auto where, in_our_network(step.bridge));
  TRY(auto acting, ActingAs::enter(step.owner));
  return end_ours(step.owner, where);
}

} // namespace vdeup::nat
