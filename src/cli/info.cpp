#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

void print_for_people(const Scope& scope, const Network& network) {
  const Switch& vde_switch = network.vde_switch;
  fmt::print("switch       {}\n", scope.sockets.dir.str());
  fmt::print("management   {}\n", scope.sockets.mgmt.str());
  fmt::print("owner        {} (uid {})\n", scope.owner.name, scope.owner.uid);
  fmt::print("process      {}\n", vde_switch.pid);
  const unsigned not_for_clients = vde_switch.tap ? 2 : 1; // port 0 is special, and one is the TAP's
  fmt::print("clients      {} of {} possible\n", vde_switch.clients().size(),
             vde_switch.port_limit - std::min(vde_switch.port_limit, not_for_clients));
  if (network.tap)
    fmt::print("tap          {}, {}, {}\n", network.tap->name.str(), network.tap->is_up ? "up" : "down",
               network.tap->has_carrier ? "carrier" : "no carrier");
  else
    fmt::print("tap          none\n");
  if (network.bridge)
    fmt::print("bridge       {}, {}{}\n", network.bridge->name.str(), network.bridge->is_up ? "up" : "down",
               network.bridge->is_ours ? ", made by vdeup" : "");
  else
    fmt::print("bridge       none\n");
}

} // namespace

Result<int> info_command(const Context& context) {
  const Invocation& call = context.call;
  TRY(auto request, make_request(call, context.files));
  TRY(auto wiring, Wiring::connect(context.log));
  const auto lock = share_switch(request.scope);
  TRY(auto network, engine::observe_switch(wiring.host(), request.scope, wiring.host_seed()));
  if (network.vde_switch.life != Switch::Life::alive)
    return fail(no_switch(request, network.vde_switch));
  if (!call.json) {
    print_for_people(request.scope, network);
    return 0;
  }
  auto answer = json_answer("info");
  answer["network"] = to_json(request.scope, network);
  print_json(answer);
  return 0;
}

} // namespace vdeup::cli
