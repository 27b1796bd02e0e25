#include "cli/output.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "model/vm_identity.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace vdeup::cli {
namespace {

constexpr int k_schema_version = 1;

boost::json::value or_null(const std::optional<IfName>& name) {
  return name ? boost::json::value(name->str()) : boost::json::value(nullptr);
}

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

} // namespace

boost::json::object json_answer(std::string_view command) {
  return {{"vdeup", k_schema_version}, {"command", command}};
}

void print_json(const boost::json::object& answer) {
  const std::string text = boost::json::serialize(answer);
  fmt::print("{}\n", text);
}

boost::json::object uplink_json(const Network& network) {
  const auto kind = uplink_of(network);
  boost::json::object object{
      {"kind", kind ? boost::json::value(word_for(*kind)) : boost::json::value(nullptr)}};
  boost::json::array forwards;
  if (const auto& slirp = network.vde_switch.slirp) {
    object["pid"] = slirp->pid;
    for (const Forward& forward : slirp->forwards)
      forwards.emplace_back(forward.text());
  }
  object["forwards"] = std::move(forwards);
  if (network.nat && network.nat->network) {
    const auto& [gateway4, gateway6] = *network.nat->network;
    object["gateway4"] = gateway4.str();
    object["gateway6"] = gateway6 ? boost::json::value(gateway6->str()) : boost::json::value(nullptr);
    object["sound"] = network.nat->is_whole();
  }
  return object;
}

boost::json::object to_json(const Scope& scope, const Network& network) {
  const Switch& vde_switch = network.vde_switch;
  boost::json::object object{{"owner", scope.owner.name}, {"owner_uid", scope.owner.uid}};
  object["switch"] = {
      {"socket", scope.sockets.dir.str()},
      {"mgmt", scope.sockets.mgmt.str()},
      {"state", life_text(vde_switch.life)},
      {"pid", vde_switch.pid},
      {"uid", vde_switch.uid},
      {"uptime", vde_switch.uptime},
      {"mac", vde_switch.mac ? boost::json::value(vde_switch.mac->str()) : boost::json::value(nullptr)},
      {"access", vde_switch.access ? boost::json::value(mode_text(vde_switch.access->directory_mode()))
                                   : boost::json::value(nullptr)},
      {"group", vde_switch.access && vde_switch.access->group
                    ? boost::json::value(vde_switch.access->group->name)
                    : boost::json::value(nullptr)},
      {"accepts_clients", vde_switch.accepts_clients},
      {"tap", or_null(vde_switch.tap)},
      {"ports", vde_switch.port_limit}};
  object["uplink"] = uplink_json(network);
  object["tap"] = network.tap ? boost::json::value(tap_json(*network.tap)) : boost::json::value(nullptr);
  object["bridge"] =
      network.bridge ? boost::json::value(bridge_json(*network.bridge)) : boost::json::value(nullptr);
  return object;
}

boost::json::array to_json(const Plan& plan) {
  boost::json::array steps;
  for (const PlannedStep& planned : plan) {
    const StepName name = name_of(planned.step);
    boost::json::object step{
        {"kind", name.kind}, {"object", name.object}, {"step", describe(planned.step)}, {"undo", nullptr}};
    if (planned.undo)
      step["undo"] = describe(*planned.undo);
    steps.push_back(std::move(step));
  }
  return steps;
}

boost::json::array to_json(const std::vector<SwitchPort>& ports, const std::vector<LearntAddress>& learnt) {
  boost::json::array list;
  for (const SwitchPort& port : ports) {
    boost::json::array endpoints;
    for (const Endpoint& endpoint : port.endpoints)
      endpoints.push_back(endpoint_json(endpoint));
    boost::json::array addresses;
    for (const LearntAddress& seen : learnt)
      if (seen.port == port.number)
        addresses.push_back(boost::json::object{{"mac", seen.mac.str()}, {"vlan", seen.vlan}});
    list.push_back(boost::json::object{{"port", port.number},
                                       {"vlan", port.vlan},
                                       {"packets_in", port.packets_in},
                                       {"bytes_in", port.bytes_in},
                                       {"packets_out", port.packets_out},
                                       {"bytes_out", port.bytes_out},
                                       {"learnt", std::move(addresses)},
                                       {"endpoints", std::move(endpoints)}});
  }
  return list;
}

Error no_switch(const plan::Request& request, const Switch& vde_switch) {
  const std::string what = fmt::format("no switch answers at {}", request.scope.sockets.mgmt.str());
  const std::string hint = fmt::format("`{}` makes one, `{}` says more", request.command("create", true),
                                       request.command("check", false));
  switch (vde_switch.life) {
  case Switch::Life::mute:
    return Error{ErrorKind::missing, what, fmt::format("process {} is silent", vde_switch.pid),
                 fmt::format("`{} -f` ends it", request.command("cancel", false))};
  case Switch::Life::dead:
    return Error{ErrorKind::missing, what, "its process is gone, its sockets are left", hint};
  default:
    return Error{ErrorKind::missing, what, "there is none", hint};
  }
}

void print_plan(const Plan& plan) {
  if (plan.empty())
    fmt::print("nothing to do\n");
  for (const PlannedStep& planned : plan) {
    fmt::print("{}\n", describe(planned.step));
    if (planned.undo)
      fmt::print("    undo: {}\n", describe(*planned.undo));
  }
}

void print_row(const std::vector<std::string>& fields) {
  std::string row;
  for (const std::string& field : fields) {
    row += row.empty() && &field == &fields.front() ? "" : "|";
    for (const char byte : printable(field))
      row += byte == '|' ? std::string{"\\x7c"} : std::string{byte};
  }
  fmt::print("{}\n", row);
}

void print_plan_rows(const Plan& plan) {
  for (const PlannedStep& planned : plan) {
    const StepName name = name_of(planned.step);
    print_row({std::string{name.kind}, name.object});
  }
}

void print_error(std::string_view program, const Error& error) {
  // Whatever came into an error from outside, nothing of it reaches a terminal as a command.
  fmt::print(stderr, "{}: {}\n", printable(program), with_hints(error.message(), error.hints()));
}

} // namespace vdeup::cli
