#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "cli/wiring.hpp"
#include "model/vm_tap.hpp"
#include "network/lock.hpp"
#include "network/temporary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

/// One thing worth knowing: its stable name, and what it is.
struct Fact {
  std::string name;
  std::string value;
};

unsigned usable_ports(const Switch& vde_switch) {
  const bool has_uplink = vde_switch.tap || vde_switch.slirp; // which takes a port, and port 0 is special
  const unsigned not_for_clients = has_uplink ? 2 : 1;
  return vde_switch.port_limit - std::min(vde_switch.port_limit, not_for_clients);
}

std::string describe(const Tap& tap) {
  return fmt::format("{}, {}, {}, mtu {}{}", tap.name.str(), tap.is_up ? "up" : "down",
                     tap.has_carrier ? "carrier" : "no carrier", tap.mtu,
                     tap.mark ? "" : ", not made by vdeup");
}

std::string describe(const Bridge& bridge) {
  return fmt::format("{}, {}, {}, mtu {}{}{}", bridge.name.str(), bridge.is_up ? "up" : "down",
                     bridge.mac.str(), bridge.mtu, bridge.stp ? ", STP" : "",
                     bridge.is_ours || bridge.nat ? ", made by vdeup" : "");
}

/// How VMs reach the outside, without what the lines on TAP and bridge say.
std::string describe_uplink(const Network& network) {
  const auto kind = uplink_of(network);
  if (!kind)
    return "none that is known";
  std::string text{word_for(*kind)};
  if (kind == UplinkKind::slirp)
    text += network.vde_switch.slirp
                ? fmt::format(", {}, process {}", slirp::k_network, network.vde_switch.slirp->pid)
                : ", which is gone";
  if (network.nat && network.nat->network)
    text += fmt::format(", {}{}{}", network.nat->network->gateway4.str(),
                        network.nat->network->gateway6 ? " and " + network.nat->network->gateway6->str() : "",
                        network.nat->is_served ? "" : ", without dnsmasq");
  return text;
}

/// A network, and how many VMs are on it without its switch.
struct Subject {
  const Scope& scope;
  Network network;
  std::size_t vm_taps = 0;
};

std::vector<Fact> facts_of(const Subject& subject) {
  const auto& [scope, network, vm_taps] = subject;
  const Switch& vde_switch = network.vde_switch;
  std::vector<Fact> facts{
      {"switch", scope.sockets.dir.str()},
      {"management", scope.sockets.mgmt.str()},
      {"owner", fmt::format("{} (uid {})", scope.owner.name, scope.owner.uid)},
      {"access", vde_switch.access ? vdeup::describe(*vde_switch.access) : "a mode of its own"},
      {"process",
       fmt::format("{}, of uid {}, running for {} s", vde_switch.pid, vde_switch.uid, vde_switch.uptime)},
      {"address", vde_switch.mac ? vde_switch.mac->str() : "unknown"},
      {"clients", fmt::format("{} of {} possible", vde_switch.clients().size(), usable_ports(vde_switch))},
      {"uplink", describe_uplink(network)},
      {"tap", network.tap ? describe(*network.tap) : "none"},
      {"bridge", network.bridge ? describe(*network.bridge) : "none"},
  };
  if (vde_switch.slirp)
    for (const Forward& forward : vde_switch.slirp->forwards)
      facts.push_back({"forward", forward.text()});
  if (vm_taps > 0)
    facts.push_back({"besides", fmt::format("{} VM{} with a TAP of {} own", vm_taps, vm_taps == 1 ? "" : "s",
                                            vm_taps == 1 ? "its" : "their")});
  return facts;
}

/// What a script asks for, one value in a row, under names that stay.
void print_rows(const Subject& subject) {
  const auto& [scope, network, vm_taps] = subject;
  const Switch& vde_switch = network.vde_switch;
  print_row({"switch", scope.sockets.dir.str()});
  print_row({"mgmt", scope.sockets.mgmt.str()});
  print_row({"owner", scope.owner.name});
  print_row({"access", vde_switch.access ? mode_text(vde_switch.access->directory_mode()) : ""});
  print_row({"pid", std::to_string(vde_switch.pid)});
  print_row({"clients", std::to_string(vde_switch.clients().size())});
  print_row({"ports", std::to_string(usable_ports(vde_switch))});
  print_row({"tap", network.tap ? network.tap->name.str() : ""});
  print_row({"bridge", network.bridge ? network.bridge->name.str() : ""});
  print_row({"vm_taps", std::to_string(vm_taps)});
  const auto kind = uplink_of(network);
  print_row({"uplink", kind ? std::string{word_for(*kind)} : ""});
}

} // namespace

Result<int> info_command(const Context& context) {
  report_interrupted_move(context.log);
  TRY(auto request, make_request(context.call, context.files));
  TRY(auto wiring, Wiring::connect(context.log));
  network::remove_stale_temporary(wiring.world(), request);
  const auto lock = network::share_switch(request.scope);
  TRY(auto network, wiring.world().observe(request.scope));
  if (network.vde_switch.life != Switch::Life::alive)
    return fail(no_switch(request, network.vde_switch));
  TRY(auto links, wiring.world().host.links.links());
  const Subject subject{request.scope, std::move(network), vms_on_taps(links, request.scope).size()};
  if (context.call.json) {
    auto answer = json_answer("info");
    answer["network"] = to_json(request.scope, subject.network);
    answer["vm_taps"] = subject.vm_taps;
    print_json(answer);
  } else if (context.call.terse) {
    print_rows(subject);
  } else {
    for (const Fact& fact : facts_of(subject))
      fmt::print("{:<12} {}\n", fact.name, fact.value);
  }
  return 0;
}

} // namespace vdeup::cli
