#include "base/accounts.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/wiring.hpp"
#include "kernel/tap_holders.hpp"
#include "model/vm_identity.hpp"
#include "model/vm_tap.hpp"
#include "network/lock.hpp"
#include "network/temporary.hpp"
#include "vde/vde_path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

/// A VM with a TAP of its own, and the process that has it open, as far as that can be seen.
struct TapUser {
  VmOnTap vm;
  std::optional<pid_t> pid;
};

/// A switch, where it has seen which address, and who is on its bridge without it.
struct Ports {
  Switch vde_switch;
  std::vector<LearntAddress> learnt{};
  std::vector<TapUser> taps{};
};

/// A line of the table: one client or device at a port, or a VM on its TAP.
struct PortRow {
  std::string port;
  ClientText client;
  std::string tap{}; ///< its own
  std::string vlan{};
  LinkCounters counters{};
  std::vector<std::string> addresses{}; ///< its own, as its label says, then those learnt at the port
};

PortRow to_row(const SwitchPort& port, const Endpoint& endpoint, const std::vector<LearntAddress>& learnt) {
  PortRow row{.port = std::to_string(port.number),
              .client = {},
              .vlan = std::to_string(port.vlan),
              .counters = {port.packets_in, port.bytes_in, port.packets_out, port.bytes_out}};
  if (endpoint.kind == Endpoint::Kind::client || endpoint.kind == Endpoint::Kind::uplink)
    row.client = read_client_text(endpoint.description);
  else
    row.client.name = endpoint.description;
  if (row.client.mac)
    row.addresses.push_back(row.client.mac->str());
  for (const LearntAddress& seen : learnt)
    if (seen.port == port.number && seen.mac != row.client.mac)
      row.addresses.push_back(seen.mac.str());
  return row;
}

PortRow to_row(const TapUser& user) {
  const VmTapMark& mark = user.vm.mark;
  return {.port = "-",
          .client = {mark.vm_name, mark.mac, user_name(mark.owner), user.pid},
          .tap = user.vm.tap.str(),
          .counters = user.vm.counters,
          .addresses = {mark.mac.str()}};
}

std::vector<PortRow> rows_of(const Ports& ports) {
  std::vector<PortRow> rows;
  for (const SwitchPort& port : ports.vde_switch.ports)
    for (const Endpoint& endpoint : port.endpoints)
      rows.push_back(to_row(port, endpoint, ports.learnt));
  for (const TapUser& user : ports.taps)
    rows.push_back(to_row(user));
  return rows;
}

/// The addresses for people: behind the TAP there can be a whole LAN.
std::string shown_addresses(const std::vector<std::string>& addresses) {
  constexpr std::size_t most = 4;
  const std::size_t shown = std::min(most, addresses.size());
  std::string text = fmt::format(
      "{}", fmt::join(addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(shown), " "));
  if (addresses.size() > shown)
    text += fmt::format(" and {} more", addresses.size() - shown);
  return text.empty() ? "-" : text;
}

/// The name for people, who may want to look at the TAP.
std::string shown_name(const PortRow& row) {
  const std::string name = printable(row.client.name);
  return row.tap.empty() ? name : fmt::format("{} ({})", name, row.tap);
}

void print_table(const std::vector<PortRow>& rows, bool with_heading) {
  constexpr const char* form = "{:>4}  {:<24} {:>8}  {:<12} {:>4} {:>10} {:>12} {:>10} {:>12}  {}\n";
  if (with_heading)
    fmt::print(fmt::runtime(form), "port", "name", "pid", "user", "vlan", "packets in", "bytes in",
               "packets out", "bytes out", "addresses");
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : printable(text); };
  for (const PortRow& row : rows)
    fmt::print(fmt::runtime(form), row.port, shown_name(row),
               row.client.pid ? std::to_string(*row.client.pid) : "-", or_dash(row.client.user),
               or_dash(row.vlan), row.counters.packets_in, row.counters.bytes_in, row.counters.packets_out,
               row.counters.bytes_out, shown_addresses(row.addresses));
}

void print_rows(const std::vector<PortRow>& rows) {
  for (const PortRow& row : rows)
    print_row({row.port, row.client.name, row.client.pid ? std::to_string(*row.client.pid) : "",
               row.client.user, row.vlan, std::to_string(row.counters.packets_in),
               std::to_string(row.counters.bytes_in), std::to_string(row.counters.packets_out),
               std::to_string(row.counters.bytes_out), fmt::format("{}", fmt::join(row.addresses, " "))});
}

boost::json::object tap_user_json(const TapUser& user) {
  const VmOnTap& vm = user.vm;
  boost::json::object object{{"name", vm.tap.str()},
                             {"vm", printable(vm.mark.vm_name)},
                             {"user", printable(user_name(vm.mark.owner))},
                             {"mac", vm.mark.mac.str()}};
  add_counters(object, vm.counters);
  if (user.pid)
    object["pid"] = *user.pid;
  return object;
}

/// The VMs that are on the bridge without the switch.
Result<std::vector<TapUser>> find_tap_users(const Wiring& wiring, const Scope& scope) {
  TRY(auto links, wiring.world().host.links.links());
  std::vector<TapUser> users;
  for (VmOnTap& vm : vms_on_taps(links, scope)) {
    const auto holders = kernel::find_tap_holders(vm.tap);
    users.push_back({std::move(vm), holders.empty() ? std::nullopt : std::optional{holders.front().pid}});
  }
  return users;
}

/// A network of which only TAPs are in use needs no switch.
Result<Ports> find_ports(const Wiring& wiring, const plan::Request& request) {
  TRY(auto taps, find_tap_users(wiring, request.scope));
  TRY(auto vde_switch, wiring.world().host.switches.inspect(request.scope));
  const bool is_alive = vde_switch.life == Switch::Life::alive;
  if (!is_alive && (vde_switch.life != Switch::Life::absent || taps.empty()))
    return fail(no_switch(request, vde_switch));
  Ports ports{.vde_switch = std::move(vde_switch), .taps = std::move(taps)};
  if (is_alive) {
    TRY(ports.learnt, vde::VdePath{}.learnt(request.scope));
  }
  return ports;
}

} // namespace

Result<int> ports_command(const Context& context) {
  TRY(auto request, make_request(context.call, context.files));
  TRY(auto wiring, Wiring::connect(context.log));
  network::remove_stale_temporary(wiring.world(), request);
  const auto lock = network::share_switch(request.scope);
  TRY(auto ports, find_ports(wiring, request));
  if (context.call.json) {
    auto answer = json_answer("ports");
    answer["switch"] = request.scope.sockets.dir.str();
    answer["ports"] = to_json(ports.vde_switch.ports, ports.learnt);
    answer["taps"] = json_list(ports.taps, tap_user_json);
    print_json(answer);
  } else if (context.call.terse) {
    print_rows(rows_of(ports));
  } else {
    print_table(rows_of(ports), !context.call.no_heading);
  }
  return 0;
}

} // namespace vdeup::cli
