#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/output.hpp"
#include "model/vm_identity.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace vdeup::cli {
namespace {

void print_row(const SwitchPort& port, const Endpoint& endpoint) {
  ClientText client;
  if (endpoint.kind == Endpoint::Kind::client)
    client = read_client_text(endpoint.description);
  else
    client.name = endpoint.description;
  fmt::print("{:>4}  {:<24} {:>8}  {:<12} {:<17} {:>12} {:>12}\n", port.number, printable(client.name),
             client.pid ? std::to_string(*client.pid) : "-",
             client.user.empty() ? "-" : printable(client.user), client.mac ? client.mac->str() : "-",
             port.bytes_in, port.bytes_out);
}

void print_for_people(const Switch& vde_switch) {
  fmt::print("{:>4}  {:<24} {:>8}  {:<12} {:<17} {:>12} {:>12}\n", "port", "name", "pid", "user", "mac",
             "bytes in", "bytes out");
  for (const SwitchPort& port : vde_switch.ports)
    for (const Endpoint& endpoint : port.endpoints)
      print_row(port, endpoint);
}

} // namespace

Result<int> ports_command(const Context& context) {
  const Invocation& call = context.call;
  TRY(auto request, make_request(call, context.files));
  const auto lock = share_switch(request.scope);
  vde::VdeHost switches;
  TRY(auto vde_switch, switches.inspect(request.scope));
  if (vde_switch.life != Switch::Life::alive)
    return fail(no_switch(request, vde_switch));
  if (!call.json) {
    print_for_people(vde_switch);
    return 0;
  }
  auto answer = json_answer("ports");
  answer["switch"] = request.scope.sockets.dir.str();
  answer["ports"] = to_json(vde_switch.ports);
  print_json(answer);
  return 0;
}

} // namespace vdeup::cli
