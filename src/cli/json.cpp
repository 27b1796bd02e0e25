#include "cli/json.hpp"

#include "base/text.hpp"
#include "model/vm_identity.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace vdeup::cli {
namespace {

constexpr int k_schema_version = 1;

boost::json::object bridge_json(const Bridge& bridge) {
  return {{"name", bridge.name.str()}, {"mac", bridge.mac.str()},
          {"mtu", bridge.mtu},         {"up", bridge.is_up},
          {"stp", bridge.stp},         {"made_by_vdeup", bridge.is_ours || bridge.nat}};
}

boost::json::object tap_json(const Tap& tap) {
  return {{"name", tap.name.str()},
          {"owner_uid", tap.owner},
          {"mtu", tap.mtu},
          {"up", tap.is_up},
          {"carrier", tap.has_carrier},
          {"bridge", or_null(tap.bridge)},
          {"made_by_vdeup", tap.mark.has_value()}};
}

std::string_view life_text(Switch::Life life) {
  switch (life) {
  case Switch::Life::absent:
    return "absent";
  case Switch::Life::dead:
    return "dead";
  case Switch::Life::mute:
    return "mute";
  case Switch::Life::alive:
    return "alive";
  }
  return "unknown";
}

std::string_view kind_text(Endpoint::Kind kind) {
  switch (kind) {
  case Endpoint::Kind::tap:
    return "tap";
  case Endpoint::Kind::client:
    return "client";
  case Endpoint::Kind::uplink:
    return "uplink";
  case Endpoint::Kind::other:
    break;
  }
  return "other";
}

boost::json::object endpoint_json(const Endpoint& endpoint) {
  boost::json::object object{{"kind", kind_text(endpoint.kind)}, {"text", printable(endpoint.description)}};
  if (endpoint.kind != Endpoint::Kind::client)
    return object;
  const ClientText client = read_client_text(endpoint.description);
  object["vm"] = printable(client.name);
  object["user"] = printable(client.user);
  if (client.mac)
    object["mac"] = client.mac->str();
  if (client.pid)
    object["pid"] = *client.pid;
  return object;
}

boost::json::object uplink_json(const Network& network) {
  const auto& slirp = network.vde_switch.slirp;
  boost::json::object object{{"kind", or_null(uplink_of(network), word_for)}};
  if (slirp)
    object["pid"] = slirp->pid;
  object["forwards"] = json_list(slirp ? slirp->forwards : std::vector<Forward>{},
                                 [](const Forward& forward) { return forward.text(); });
  if (network.nat && network.nat->network) {
    object["gateway4"] = network.nat->network->gateway4.str();
    object["gateway6"] = or_null(network.nat->network->gateway6);
    object["sound"] = network.nat->is_whole();
  }
  return object;
}

boost::json::object switch_json(const SwitchSockets& sockets, const Switch& vde_switch) {
  const auto& access = vde_switch.access;
  const auto& group = access ? access->group : std::nullopt;
  return {
      {"socket", sockets.dir.str()},
      {"mgmt", sockets.mgmt.str()},
      {"state", life_text(vde_switch.life)},
      {"pid", vde_switch.pid},
      {"uid", vde_switch.uid},
      {"uptime", vde_switch.uptime},
      {"mac", or_null(vde_switch.mac)},
      {"access", or_null(access, [](const SwitchAccess& one) { return mode_text(one.directory_mode()); })},
      {"group", or_null(group, [](const Group& one) { return one.name; })},
      {"accepts_clients", vde_switch.accepts_clients},
      {"tap", or_null(vde_switch.tap)},
      {"ports", vde_switch.port_limit}};
}

} // namespace

boost::json::object json_answer(std::string_view command) {
  return {{"vdeup", k_schema_version}, {"command", command}};
}

void print_json(const boost::json::object& answer) {
  fmt::print("{}\n", std::string_view{boost::json::serialize(answer)});
}

boost::json::object to_json(const Scope& scope, const Network& network) {
  return {{"owner", scope.owner.name},
          {"owner_uid", scope.owner.uid},
          {"switch", switch_json(scope.sockets, network.vde_switch)},
          {"uplink", uplink_json(network)},
          {"tap", or_null(network.tap, tap_json)},
          {"bridge", or_null(network.bridge, bridge_json)}};
}

boost::json::array to_json(const Plan& plan) {
  return json_list(plan, [](const PlannedStep& planned) {
    const StepName name = name_of(planned.step);
    return boost::json::object{
        {"kind", name.kind},
        {"object", name.object},
        {"step", describe(planned.step)},
        {"undo", or_null(planned.undo, [](const Step& undo) { return describe(undo); })}};
  });
}

boost::json::array to_json(const std::vector<SwitchPort>& ports, const std::vector<LearntAddress>& learnt) {
  return json_list(ports, [&learnt](const SwitchPort& port) {
    boost::json::object object{{"port", port.number}, {"vlan", port.vlan}};
    add_counters(object, port);
    boost::json::array addresses;
    for (const LearntAddress& seen : learnt)
      if (seen.port == port.number)
        addresses.push_back(boost::json::object{{"mac", seen.mac.str()}, {"vlan", seen.vlan}});
    object["learnt"] = std::move(addresses);
    object["endpoints"] = json_list(port.endpoints, endpoint_json);
    return object;
  });
}

} // namespace vdeup::cli
