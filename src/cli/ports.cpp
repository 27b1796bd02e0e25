#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/keeper.hpp"
#include "cli/output.hpp"
#include "model/vm_identity.hpp"
#include "vde/vde_path.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

/// A switch, and where it has seen which address.
struct Ports {
  Switch vde_switch;
  std::vector<LearntAddress> learnt;
};

/// A line of the table: one client or device at a port.
struct Row {
  const SwitchPort& port;
  ClientText client;
  std::vector<std::string> addresses; ///< its own, as its label says, then those learnt at the port
};

Row to_row(const SwitchPort& port, const Endpoint& endpoint, const std::vector<LearntAddress>& learnt) {
  Row row{port, {}, {}};
  if (endpoint.kind == Endpoint::Kind::client)
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

std::vector<Row> rows_of(const Ports& ports) {
  std::vector<Row> rows;
  for (const SwitchPort& port : ports.vde_switch.ports)
    for (const Endpoint& endpoint : port.endpoints)
      rows.push_back(to_row(port, endpoint, ports.learnt));
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

void print_table(const std::vector<Row>& rows, bool with_heading) {
  constexpr const char* form = "{:>4}  {:<24} {:>8}  {:<12} {:>4} {:>10} {:>12} {:>10} {:>12}  {}\n";
  if (with_heading)
    fmt::print(fmt::runtime(form), "port", "name", "pid", "user", "vlan", "packets in", "bytes in",
               "packets out", "bytes out", "addresses");
  for (const Row& row : rows)
    fmt::print(fmt::runtime(form), row.port.number, printable(row.client.name),
               row.client.pid ? std::to_string(*row.client.pid) : "-",
               row.client.user.empty() ? "-" : printable(row.client.user), row.port.vlan, row.port.packets_in,
               row.port.bytes_in, row.port.packets_out, row.port.bytes_out, shown_addresses(row.addresses));
}

void print_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    print_row({std::to_string(row.port.number), row.client.name,
               row.client.pid ? std::to_string(*row.client.pid) : "", row.client.user,
               std::to_string(row.port.vlan), std::to_string(row.port.packets_in),
               std::to_string(row.port.bytes_in), std::to_string(row.port.packets_out),
               std::to_string(row.port.bytes_out), fmt::format("{}", fmt::join(row.addresses, " "))});
}

Result<Ports> look(const plan::Request& request) {
  vde::VdeHost switches;
  TRY(auto vde_switch, switches.inspect(request.scope));
  if (vde_switch.life != Switch::Life::alive)
    return fail(no_switch(request, vde_switch));
  TRY(auto learnt, vde::VdePath{}.learnt(request.scope));
  return Ports{std::move(vde_switch), std::move(learnt)};
}

} // namespace

Result<int> ports_command(const Context& context) {
  TRY(auto request, make_request(context.call, context.files));
  TRY(auto wiring, Wiring::connect(context.log));
  clear_left_behind(wiring, request);
  const auto lock = share_switch(request.scope);
  TRY(auto ports, look(request));
  if (context.call.json) {
    auto answer = json_answer("ports");
    answer["switch"] = request.scope.sockets.dir.str();
    answer["ports"] = to_json(ports.vde_switch.ports, ports.learnt);
    print_json(answer);
  } else if (context.call.terse) {
    print_rows(rows_of(ports));
  } else {
    print_table(rows_of(ports), !context.call.no_heading);
  }
  return 0;
}

} // namespace vdeup::cli
