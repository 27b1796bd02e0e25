#include "vde/inspect.hpp"

#include "base/text.hpp"
#include "vde/reports.hpp"
#include "vde/socket_check.hpp"
#include "vde/switch_process.hpp"
#include "vde/uplink.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdlib>

namespace vdeup::vde {
namespace {

constexpr std::size_t k_shown = 100; // of what a console says

Error unusable(const Scope& scope, std::string cause, std::string hint = {}) {
  return Error{ErrorKind::refused, fmt::format("will not use the switch {}", scope.sockets.dir.str()),
               std::move(cause), std::move(hint)};
}

bool is_same_directory(const std::string& a, const std::string& b) {
  struct stat first {};
  struct stat second {};
  if (a == b)
    return true;
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

Result<> check_peer(const Peer& peer, const Scope& scope) {
  if (peer.uid != scope.owner.uid && peer.uid != 0)
    return fail(unusable(scope, fmt::format("process {} of uid {} listens at {}", peer.pid, peer.uid,
                                            scope.sockets.mgmt.str())));
  if (peer.pid != 0 && !process::is_in_our_network(peer.pid))
    return fail(unusable(scope, fmt::format("process {} runs it in another network namespace", peer.pid),
                         "run vdeup there, or choose other sockets with -s and -S"));
  return ok();
}

std::optional<IfName> find_tap(const std::vector<SwitchPort>& ports) {
  for (const SwitchPort& port : ports)
    for (const Endpoint& endpoint : port.endpoints)
      if (endpoint.kind == Endpoint::Kind::tap)
        if (auto name = IfName::parse(endpoint.description))
          return std::move(name).value();
  return std::nullopt;
}

/// A console that answers nothing, or nonsense, is a fact about the switch and not a failure of ours.
Result<Switch> mute_unless_refused(Error error, const Peer& peer) {
  if (error.kind() == ErrorKind::refused)
    return fail(std::move(error));
  return Switch{.life = Switch::Life::mute, .pid = peer.pid, .uid = peer.uid};
}

/// True if somebody listens for clients. When we cannot even ask (no descriptor is left), that is no answer:
/// a sound switch would be replaced for it.
Result<bool> accepts_clients(const Scope& scope, const SocketFiles& files, const Deadline& deadline) {
  if (!files.has_ctl)
    return false;
  auto connection = connect_stream(ctl_path(scope.sockets), deadline);
  if (!connection && connection.error().kind() == ErrorKind::failed)
    return fail(std::move(connection).error());
  return connection && connection.value();
}

/// A console that takes no connection any more: the process is found by its command line.
Switch mute_by_process(const Scope& scope) {
  const auto pids = find_switch_processes(scope);
  return Switch{.life = Switch::Life::mute, .pid = pids.empty() ? 0 : pids.front(), .uid = scope.owner.uid};
}

/// Somebody listens for clients, and there is no console to ask who it is: a vde_switch of the owner that was
/// started for this directory can be replaced, and nothing else is touched.
Result<Switch> without_management(const Scope& scope) {
  if (auto found = mute_by_process(scope); found.pid != 0)
    return found;
  return fail(unusable(scope, "it runs without a management socket, so nothing about it can be proven",
                       "end that vde_switch, or start it with -M " + scope.sockets.mgmt.str()));
}

/// No console behind the paths: leftovers, unless somebody still listens for clients.
Result<Switch> without_console(const Scope& scope, const SocketFiles& files, const Deadline& deadline) {
  TRY(auto is_heard, accepts_clients(scope, files, deadline));
  if (is_heard)
    return without_management(scope);
  const bool leftovers = files.has_dir || files.has_mgmt;
  return Switch{.life = leftovers ? Switch::Life::dead : Switch::Life::absent, .access = files.access};
}

/// Read from an open console which switch it is, and hold it against what the kernel says.
Result<Switch> identify(Console& console, const Scope& scope, const Deadline& deadline) {
  TRY(console.greet(deadline));
  const Peer peer = console.peer();
  Switch found{.life = Switch::Life::alive, .pid = peer.pid, .uid = peer.uid};

  TRY(auto info, console.command("showinfo", deadline));
  const ProcessReport process = parse_process(info.lines);
  if (peer.pid != 0 && process.pid != peer.pid)
    return fail(unusable(scope, fmt::format("the console of process {} says that it is process {}", peer.pid,
                                            process.pid.value_or(0))));
  found.mac = process.mac;
  found.uptime = process.uptime.value_or(0);
  TRY(auto ds_info, console.command("ds/showinfo", deadline));
  const auto dir = parse_ctl_dir(ds_info.lines);
  if (!dir || !is_same_directory(*dir, scope.sockets.dir.str()))
    return fail(unusable(scope,
                         fmt::format("{} manages another switch: {}", scope.sockets.mgmt.str(),
                                     printable(dir.value_or("unknown").substr(0, k_shown))),
                         "give the management socket that belongs to it with -S"));
  TRY(auto port_info, console.command("port/showinfo", deadline));
  const auto port_limit = parse_port_limit(port_info.lines);
  if (port_limit.value_or(0) == 0)
    return fail(unusable(scope, "it does not say how many ports it has"));
  found.port_limit = *port_limit;
  return found;
}

} // namespace

Result<std::optional<Console>> connect_to_owner(const Scope& scope, const Deadline& deadline) {
  TRY(auto console, Console::connect(scope.sockets.mgmt, deadline));
  if (console) {
    TRY(check_peer(console->peer(), scope));
  }
  return console;
}

Result<Switch> interrogate(Console& console, const Scope& scope, const Deadline& deadline) {
  TRY(auto found, identify(console, scope, deadline));
  TRY(read_ports(console, scope, found, deadline));
  return found;
}

Result<> read_ports(Console& console, const Scope& scope, Switch& found, const Deadline& deadline) {
  TRY(auto ports, console.command("port/print", deadline));
  found.ports = parse_ports(ports.lines);
  found.tap = find_tap(found.ports);
  recognise_uplink(found, scope);
  return ok();
}

Result<Switch> inspect(const Scope& scope, const Deadline& deadline, std::optional<Console>* kept) {
  TRY(auto files, check_sockets(scope));
  if (!files.has_mgmt)
    return without_console(scope, files, deadline);
  auto connected = connect_to_owner(scope, deadline);
  if (!connected && connected.error().kind() == ErrorKind::timed_out)
    return mute_by_process(scope);
  TRY(auto console, std::move(connected));
  if (!console)
    return without_console(scope, files, deadline);
  auto found = identify(*console, scope, deadline);
  if (!found)
    return mute_unless_refused(std::move(found).error(), console->peer());
  found.value().access = files.access;
  TRY(found.value().accepts_clients, accepts_clients(scope, files, deadline));
  // Last: the answer shows that the switch has dealt with the end of the connection that this just made.
  if (auto ports = read_ports(*console, scope, found.value(), deadline); !ports)
    return mute_unless_refused(std::move(ports).error(), console->peer());
  if (kept != nullptr)
    *kept = std::move(console);
  return found;
}

} // namespace vdeup::vde
