#include "nicmove/nic_choice.hpp"

#include "base/text.hpp"
#include "model/find_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::nicmove {
namespace {

constexpr const char* k_name_another = "name another interface with -i; `ip link` lists them";

bool is_sharing_kind(const Link& link) {
  constexpr std::array<std::string_view, 4> kinds{"macvlan", "macvtap", "ipvlan", "ipvtap"};
  return std::find(kinds.begin(), kinds.end(), link.kind) != kinds.end();
}

/// The devices that stand on a link, by kind.
std::vector<std::string> names_above(const Link& nic, const std::vector<Link>& links,
                                     bool (*is_wanted)(const Link&)) {
  std::vector<std::string> names;
  for (const Link& link : links)
    if (link.lower == nic.index && !link.lower_is_elsewhere && is_wanted(link))
      names.push_back(printable(link.name));
  return names;
}

bool is_physical(const Link& link) {
  return link.kind.empty() && link.is_ethernet && !link.is_loopback;
}

bool has_default_route(const Link& nic, const HostLinks& host) {
  const auto& routes = host.default_routes;
  return std::find(routes.begin(), routes.end(), nic.index) != routes.end();
}

bool is_wifi_station(const Link& nic, const HostLinks& host) {
  const auto& stations = host.wifi_stations;
  return std::find(stations.begin(), stations.end(), nic.name) != stations.end();
}

/// A veth is the NIC of a container when seen from inside, and one of its cables when seen from outside: it
/// is a NIC where the way out of this host is, or where there is no other kind.
bool is_cable_of_a_container(const Link& nic, const HostLinks& host) {
  return nic.kind == "veth" && !has_default_route(nic, host) &&
         std::any_of(host.links.begin(), host.links.end(), is_physical);
}

std::optional<Objection> object_to_kind(const Link& nic) {
  if (nic.is_loopback)
    return Objection{"it is the loopback interface, which leads nowhere", k_name_another};
  if (nic.is_bridge())
    return Objection{"it is a bridge itself", fmt::format("use it as it is: -b {}", shell_quote(nic.name))};
  if (nic.kind == "tun")
    return Objection{nic.is_tap ? "it is a TAP: behind it is a program of this host, and not the outside"
                                : "it is a tunnel that carries no Ethernet frames",
                     k_name_another};
  if (is_sharing_kind(nic))
    return Objection{fmt::format("it is a {} device, which gets frames for its own address only", nic.kind),
                     "name the interface that it stands on with -i"};
  if (!nic.is_ethernet)
    return Objection{"it carries no Ethernet frames", k_name_another};
  return std::nullopt;
}

std::optional<Objection> object_to_membership(const Link& nic, const std::vector<Link>& links) {
  if (nic.master == 0)
    return std::nullopt;
  const Link* master = find_link(links, nic.master);
  const std::string name = master == nullptr ? "another device" : printable(master->name);
  if (nic.port_kind == "bridge")
    return Objection{fmt::format("it is a port of {} already", name),
                     fmt::format("use that bridge: -b {}", name)};
  const std::string kind = nic.port_kind.empty() ? "device" : printable(nic.port_kind);
  const bool is_bundle = kind == "bond" || kind == "team";
  return Objection{fmt::format("it is a part of {}, a {}", name, kind),
                   is_bundle ? fmt::format("move the whole {}: -i {}", kind, name) : k_name_another};
}

std::optional<Objection> object_to_use(const Link& nic, const HostLinks& host) {
  if (is_wifi_station(nic, host))
    return Objection{"it is a Wi-Fi station: its access point drops frames that come from any other address",
                     "name a wired interface with -i, or use `-i none` for a bridge without one"};
  if (const auto above = names_above(nic, host.links, is_sharing_kind); !above.empty())
    return Objection{fmt::format("{} stands on it, and the kernel lets a NIC have either that or a bridge",
                                 fmt::join(above, ", ")),
                     fmt::format("delete {}, or {}", fmt::join(above, ", "), k_name_another)};
  if (is_cable_of_a_container(nic, host))
    return Objection{"it is a veth without a default route, on a host with a NIC: it leads to a container",
                     "name a NIC with -i, or use -f if it is what you mean", true};
  return std::nullopt;
}

std::vector<std::string> notes_on(const Link& nic, const HostLinks& host) {
  std::vector<std::string> notes;
  const auto is_vlan = [](const Link& link) { return link.kind == "vlan"; };
  // The kernel takes tagged frames to their VLAN device before a bridge sees them.
  if (const auto vlans = names_above(nic, host.links, is_vlan); !vlans.empty())
    notes.push_back(fmt::format("{} stays on {} and goes on to work; VMs do not see the frames of that VLAN",
                                fmt::join(vlans, ", "), printable(nic.name)));
  if (nic.kind == "veth" && nic.lower_is_elsewhere)
    notes.push_back(fmt::format("{} is one end of a veth, whose other end is in another network namespace",
                                printable(nic.name)));
  if (!nic.has_carrier)
    notes.push_back(fmt::format("{} has no carrier{}", printable(nic.name), nic.is_up ? "" : ": it is down"));
  return notes;
}

Error to_error(const Link& nic, const Objection& objection) {
  Error error{ErrorKind::refused, fmt::format("cannot make a bridge over {}", printable(nic.name)),
              objection.cause, objection.hint};
  error.set_yields_to_force(objection.yields_to_force);
  return error;
}

Result<NicChoice> choose_wanted(const IfName& wanted, bool force, const HostLinks& host) {
  const Link* nic = find_link(host.links, wanted.str());
  if (nic == nullptr)
    return fail(Error{ErrorKind::missing, fmt::format("cannot make a bridge over {}", wanted.str()),
                      "there is no such interface", "`ip link` lists them"});
  if (auto bridge = bridge_of(*nic, host.links)) {
    std::string reason = fmt::format("{} is a port of {}", wanted.str(), bridge->str());
    return NicChoice{.nic = *nic, .reason = std::move(reason), .bridge = std::move(bridge)};
  }
  const auto objection = object_to_link(*nic, host);
  if (objection && !(force && objection->yields_to_force))
    return fail(to_error(*nic, *objection));
  return NicChoice{.nic = *nic, .reason = "it was asked for", .notes = notes_on(*nic, host)};
}

/// All links in the order in which they are tried.
std::vector<const Link*> by_preference(const HostLinks& host) {
  std::vector<const Link*> order;
  for (const std::uint32_t index : host.default_routes)
    if (const Link* link = find_link(host.links, index))
      order.push_back(link);
  std::vector<const Link*> rest;
  for (const Link& link : host.links)
    if (!has_default_route(link, host) && (is_physical(link) || link.kind == "veth"))
      rest.push_back(&link);
  std::stable_sort(rest.begin(), rest.end(),
                   [](const Link* a, const Link* b) { return a->index < b->index; });
  order.insert(order.end(), rest.begin(), rest.end());
  return order;
}

} // namespace

std::optional<Objection> object_to_link(const Link& nic, const HostLinks& host) {
  if (auto objection = object_to_kind(nic))
    return objection;
  if (auto objection = object_to_membership(nic, host.links))
    return objection;
  return object_to_use(nic, host);
}

Result<NicChoice> choose_nic(const std::optional<IfName>& wanted, bool force, const HostLinks& host) {
  if (wanted)
    return choose_wanted(*wanted, force, host);
  for (const Link* nic : by_preference(host)) {
    const auto objection = object_to_link(*nic, host);
    if (!objection)
      return NicChoice{.nic = *nic,
                       .reason = has_default_route(*nic, host) ? "the default route leads out of it"
                                                               : "it is the first NIC of this host",
                       .notes = notes_on(*nic, host)};
    if (is_wifi_station(*nic, host) && has_default_route(*nic, host))
      return fail(to_error(*nic, *objection));
  }
  return fail(Error{ErrorKind::missing, "cannot make a bridge to the outside",
                    "this host has no interface that could be moved into one",
                    "name one with -i to learn why it cannot be moved; `ip link` lists them"});
}

std::optional<IfName> nic_in(const Bridge& bridge, const std::vector<Link>& links,
                             const std::vector<std::string>& leaving) {
  std::optional<IfName> nic;
  for (const std::string& port : bridge.ports) {
    if (std::find(leaving.begin(), leaving.end(), port) != leaving.end())
      continue;
    auto name = IfName::parse(port);
    if (nic || !name)
      return std::nullopt;
    nic = std::move(name).value();
  }
  const auto is_the_one = [&](const Link& link) {
    return nic && link.name == nic->str() && !link.is_tap && link.mac == bridge.mac;
  };
  return std::any_of(links.begin(), links.end(), is_the_one) ? nic : std::nullopt;
}

} // namespace vdeup::nicmove
