#include "vde/uplink.hpp"

#include "base/text.hpp"
#include "engine/probe.hpp"
#include "model/vde_locator.hpp"
#include "model/vm_identity.hpp"
#include "process/command.hpp"
#include "vde/backoff.hpp"
#include "vde/lifecycle.hpp"
#include "vde/session.hpp"
#include "vde/switch_process.hpp"
#include "vde/uplink_ports.hpp"
#include "vde/vde_path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::vde {
namespace {

constexpr std::string_view k_label = "vdeup uplink";
constexpr std::string_view k_scheme = "slirp:///";
constexpr std::string_view k_intent = "VDEUP_SWITCH_UPLINK=";
constexpr std::chrono::seconds k_uplink_timeout{5};
constexpr std::chrono::seconds k_stop_timeout{2}; // of each attempt

std::string switch_url(const Scope& scope) {
  return "vde://" + vde_locator(scope.sockets.dir);
}

/// `127.0.0.1:8080:10.0.2.15:80`, as libvdeplug_slirp(1) has it.
std::string fields_of(const Forward& forward) {
  return forward.text().substr(std::string_view{"tcp:"}.size());
}

/// `/tcpfwd=A,B` for the forwards of one protocol; nothing for none.
std::string url_option(const std::vector<Forward>& forwards, Forward::Protocol protocol) {
  std::string text;
  for (const Forward& forward : forwards)
    if (forward.protocol == protocol)
      text += (text.empty() ? "" : ",") + fields_of(forward);
  if (text.empty())
    return text;
  return (protocol == Forward::Protocol::tcp ? "/tcpfwd=" : "/udpfwd=") + text;
}

/// Read `A,B` behind `/tcpfwd=` or `/udpfwd=`. False if it is not as we write it.
bool read_forwards(std::string_view list, std::string_view protocol, std::vector<Forward>& forwards) {
  while (!list.empty()) {
    auto forward = Forward::parse(fmt::format("{}:{}", protocol, take_part(list, ',')));
    if (!forward)
      return false;
    forwards.push_back(forward.value());
  }
  return true;
}

bool read_url(std::string_view url, std::vector<Forward>& forwards) {
  if (!take_prefix(url, k_scheme))
    return false;
  while (!url.empty()) {
    const std::string_view option = take_part(url, '/');
    const std::size_t sign = option.find("fwd=");
    if (sign != 3 || !read_forwards(option.substr(7), option.substr(0, 3), forwards))
      return false;
  }
  return true;
}

std::vector<pid_t> find_uplink_processes(const Scope& scope) {
  return process::find_processes(scope.owner.uid, k_plug_program, [&scope](std::vector<std::string> words) {
    return read_uplink_words(process::without_program(std::move(words)), scope).has_value();
  });
}

std::optional<SlirpUplink> read_process(pid_t pid, const Scope& scope) {
  const auto held = hold_process(pid, scope.owner, k_plug_program);
  if (!held || !process::is_in_our_network(pid))
    return std::nullopt;
  auto uplink = read_uplink_words(process::without_program(process::command_line_of(pid)), scope);
  if (uplink)
    uplink->pid = pid;
  return uplink;
}

Error cannot_join(ErrorKind kind, std::string cause, std::string hint = {}) {
  return Error{kind, "cannot join the switch to the outside", std::move(cause), std::move(hint)};
}

Error not_installed(std::string cause) {
  return cannot_join(
      ErrorKind::missing, std::move(cause),
      "`sudo apt install vdeplug libvdeplug-slirp`, or VDE with libslirp of your distribution");
}

Result<> launch(const StartUplink& step, const Deadline& deadline) {
  auto program = process::find_system_program(std::string{k_plug_program});
  if (!program)
    return fail(not_installed("vde_plug is not installed"));
  auto outcome = process::run(
      {.program = std::move(program).value(), .args = uplink_words(step.scope, step.forwards)}, deadline);
  if (!outcome) { // a failure of ours, not of the program that the user named
    outcome.error().set_kind(ErrorKind::failed);
    return fail(std::move(outcome).error());
  }
  return ok(); // its status proves nothing: what can fail is done by the daemon, later
}

/// Wait until the daemon is at a port of the switch. It says nothing when it gives up, it is just gone.
Result<SlirpUplink> await_port(Session& session, const Scope& scope, const Deadline& deadline) {
  for (Backoff backoff{deadline};; backoff.pause()) {
    const bool is_running = !find_uplink_processes(scope).empty(); // first: a port taken after it counts
    TRY(session.refresh(scope, deadline));
    if (session.state().slirp)
      return *session.state().slirp;
    if (!is_running)
      return fail(not_installed("vde_plug ended at once, as it does without its plugin for slirp"));
    if (backoff.is_over())
      return fail(cannot_join(ErrorKind::timed_out, "vde_plug did not take a port of the switch in time"));
  }
}

/// Ask the gateway for its address, as a VM does first of all.
Result<> prove_gateway(const Scope& scope) {
  TRY(auto gateway, IpAddress::parse(slirp::k_gateway));
  TRY(auto port, VdePath{}.probe_port(scope));
  TRY(auto owner, engine::ask_who_has(*port, gateway));
  if (!owner)
    return fail(cannot_join(ErrorKind::failed, fmt::format("nobody answers for {}", gateway.str())));
  return ok();
}

Result<> prove(const StartUplink& step, Session& session, const Deadline& deadline) {
  TRY(auto uplink, await_port(session, step.scope, deadline));
  for (const Forward& forward : step.forwards)
    if (!has_host_port(uplink.pid, forward))
      return fail(cannot_join(ErrorKind::conflict, fmt::format("slirp could not forward {}", forward.text()),
                              "does somebody else have that port of the host?"));
  return prove_gateway(step.scope);
}

} // namespace

std::string intent_variable(UplinkKind kind) {
  return std::string{k_intent} + std::string{word_for(kind)};
}

std::vector<std::string> uplink_words(const Scope& scope, const std::vector<Forward>& forwards) {
  std::string options =
      url_option(forwards, Forward::Protocol::tcp) + url_option(forwards, Forward::Protocol::udp);
  options.erase(0, 1); // the scheme has the first slash
  return {"--daemon", "--descr", std::string{k_label}, std::string{k_scheme} + options, switch_url(scope)};
}

std::optional<SlirpUplink> read_uplink_words(const std::vector<std::string>& words, const Scope& scope) {
  constexpr std::size_t size = 5;
  SlirpUplink uplink;
  if (words.size() != size || words[2] != k_label || words[4] != switch_url(scope) ||
      !read_url(words[3], uplink.forwards))
    return std::nullopt;
  return uplink;
}

void recognise_uplink(Switch& found, const Scope& scope) {
  found.slirp.reset();
  for (SwitchPort& port : found.ports)
    for (Endpoint& endpoint : port.endpoints) {
      const ClientText client = read_client_text(endpoint.description);
      if (endpoint.kind != Endpoint::Kind::client || client.name != k_label || !client.pid)
        continue;
      if (auto uplink = read_process(*client.pid, scope)) {
        found.slirp = std::move(uplink);
        endpoint.kind = Endpoint::Kind::uplink;
      }
    }
  if (found.tap)
    return;
  for (const std::string& variable : process::environment_of(found.pid))
    if (variable.starts_with(k_intent))
      found.made_for = parse_uplink(std::string_view{variable}.substr(k_intent.size()));
}

Result<> start_uplink(const StartUplink& step) {
  const auto deadline = Deadline::after(k_uplink_timeout);
  TRY(stop_uplink({step.scope})); // one that hangs would be the second DHCP server as soon as it goes on
  TRY(auto session, Session::open(step.scope, deadline)); // open until it has its port; see Session for why
  auto proven = launch(step, deadline);
  if (proven)
    proven = prove(step, session, deadline);
  if (!proven)
    (void)stop_uplink({step.scope});
  return proven;
}

Result<> stop_uplink(const StopUplink& step) {
  for (const pid_t pid : find_uplink_processes(step.scope)) {
    TRY(auto process, hold_process(pid, step.scope.owner, k_plug_program));
    if (process && !process->end(k_stop_timeout))
      return fail(Error{ErrorKind::timed_out,
                        fmt::format("cannot end the slirp of {}", step.scope.sockets.dir.str()),
                        fmt::format("process {} did not end in time", pid),
                        {}});
  }
  return ok();
}

} // namespace vdeup::vde
