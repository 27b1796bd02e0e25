#include "nicmove/move_steps.hpp"

#include "model/ip_compare.hpp"
#include "nicmove/moved_routes.hpp"

#include <algorithm>

namespace vdeup::nicmove {
namespace {

using Group = Setting::Group;

constexpr std::string_view k_reverse_path_loose = "2";
constexpr std::string_view k_generate_none = "1"; // IN6_ADDR_GEN_MODE_NONE

/// In the order in which adding them gives the kernel's order again: it puts a new address of IPv4 behind the
/// others, and one of IPv6 before them.
std::vector<InterfaceAddress> in_order_of_adding(const std::vector<InterfaceAddress>& addresses) {
  std::vector<InterfaceAddress> ordered;
  for (const InterfaceAddress& address : addresses)
    if (is_of_use(address) && !address.local.address.is_ip6())
      ordered.push_back(address);
  for (auto address = addresses.rbegin(); address != addresses.rend(); ++address)
    if (is_of_use(*address) && address->local.address.is_ip6())
      ordered.push_back(*address);
  return ordered;
}

/// A gateway has to be in reach when a route through it is added: those without one come first.
std::vector<Route> in_order_of_adding(std::vector<Route> routes) {
  std::stable_partition(routes.begin(), routes.end(),
                        [](const Route& route) { return !route.has_gateway(); });
  return routes;
}

bool has_to_take_its_place(const Route& route) {
  // With a next hop of another interface it is one route with that, and cannot be there twice.
  return route.place == Route::Place::first ||
         std::any_of(route.next_hops.begin(), route.next_hops.end(),
                     [](const NextHop& hop) { return hop.interface != 0; });
}

/// Give these settings other values, as far as the interface has them.
std::vector<Setting> with_values(const NicSnapshot& nic, std::vector<Setting> settings) {
  std::erase_if(settings,
                [&nic](const Setting& setting) { return !nic.setting(setting.group, setting.key); });
  return settings;
}

/// The values that settings have in a snapshot.
std::vector<Setting> values_in(const NicSnapshot& nic, std::vector<Setting> settings) {
  for (Setting& setting : settings)
    if (const std::string* value = nic.setting(setting.group, setting.key))
      setting.value = *value;
  return settings;
}

} // namespace

bool is_of_use(const InterfaceAddress& address) {
  return (address.flags & k_duplicate_address) == 0;
}

void MoveSteps::make_bridge(bool create) {
  const IfName& bridge = m_move.bridge;
  if (create)
    add(CreateBridge{bridge, m_contents.mac, m_contents.mtu}, DeleteBridge{bridge});
  add(quiet_bridge(), std::nullopt); // deleting the bridge covers it
  // Its undo is among the last, when the NIC has everything back: then the neighbours are told.
  add(SetUp{bridge}, announcement(m_move.nic));
}

void MoveSteps::add_contents(const IfName& to) {
  for (const InterfaceAddress& address : in_order_of_adding(m_contents.addresses)) {
    add(AddAddress{to, address}, RemoveAddress{to, address});
    if (const auto route =
            unwanted_prefix_route(m_contents, address)) // at once: it may win over what is wanted
      add(RemoveRoute{to, *route}, std::nullopt);
  }
  for (const RoutingRule& rule : m_contents.rules)
    add(AddRule{to, rule}, RemoveRule{to, rule});
}

void MoveSteps::begin_detour() {
  add(Detour{m_move.nic, m_move.bridge}, EndDetour{m_move.nic});
}

void MoveSteps::end_detour() {
  add(EndDetour{m_move.nic}, Detour{m_move.nic, m_move.bridge});
}

void MoveSteps::join() {
  add(joining(), SetBridge{m_move.nic, std::nullopt});
}

void MoveSteps::leave() {
  add(SetBridge{m_move.nic, std::nullopt}, joining());
}

void MoveSteps::switch_routes(const IfName& from, const IfName& to) {
  if (!m_contents.neighbours.empty())
    add(AddNeighbours{to, m_contents.neighbours}, RemoveNeighbours{to, m_contents.neighbours});
  for (const Route& route : in_order_of_adding(copies_for_other_nic(m_contents))) {
    if (has_to_take_its_place(route))
      add(ReplaceRoute{from, to, route}, ReplaceRoute{to, from, route});
    else
      add(AddRoute{to, route}, RemoveRoute{to, route});
  }
  const std::vector<Route> routes = in_order_of_adding(m_contents.routes);
  for (auto route = routes.rbegin(); route != routes.rend(); ++route) {
    const Route copy = copy_for_other_nic(m_contents, *route); // to give it back is to copy it, too
    if (!has_to_take_its_place(copy))
      add(RemoveRoute{from, *route}, AddRoute{from, copy});
  }
}

void MoveSteps::remove_contents(const IfName& from) {
  // Neighbours first: with the last address of IPv4 the kernel forgets even those that were set by hand, and
  // an undo has to come to them after the addresses.
  std::vector<Neighbour> by_hand;
  std::copy_if(m_contents.neighbours.begin(), m_contents.neighbours.end(), std::back_inserter(by_hand),
               [](const Neighbour& neighbour) { return neighbour.is_set_by_hand(); });
  if (!by_hand.empty())
    add(RemoveNeighbours{from, by_hand}, AddNeighbours{from, by_hand});
  const std::vector<InterfaceAddress> added = in_order_of_adding(m_contents.addresses);
  for (const InterfaceAddress& address : added)
    if (const auto route = unwanted_prefix_route(m_contents, address)) // it comes when the address comes back
      add(RemoveRoute{from, *route}, RemoveRoute{from, *route});
  for (auto address = added.rbegin(); address != added.rend(); ++address)
    add(RemoveAddress{from, *address}, AddAddress{from, *address});
  for (const RoutingRule& rule : m_contents.rules)
    add(RemoveRule{from, rule}, AddRule{from, rule});
}

void MoveSteps::remove_misplaced(const IfName& from, const std::vector<InterfaceAddress>& present) {
  for (const bool is_ip6 : {false, true}) {
    const auto of_family = [is_ip6](const InterfaceAddress& address) {
      return address.local.address.is_ip6() == is_ip6;
    };
    const auto is_wanted = [this](const InterfaceAddress& address) {
      return std::any_of(m_contents.addresses.begin(), m_contents.addresses.end(),
                         [&address](const InterfaceAddress& wanted) { return is_same(wanted, address); });
    };
    std::vector<InterfaceAddress> wanted = in_order_of_adding(m_contents.addresses);
    std::vector<InterfaceAddress> there = in_order_of_adding(present);
    std::erase_if(wanted, [&](const InterfaceAddress& address) { return !of_family(address); });
    std::erase_if(
        there, [&](const InterfaceAddress& address) { return !of_family(address) || !is_wanted(address); });
    const auto same = [](const InterfaceAddress& one, const InterfaceAddress& other) {
      return is_same(one, other);
    };
    const auto misplaced =
        std::mismatch(there.begin(), there.end(), wanted.begin(), wanted.end(), same).first;
    for (auto address = there.end(); address != misplaced; --address)
      add(RemoveAddress{from, *std::prev(address)}, std::nullopt);
  }
}

void MoveSteps::quieten_nic(const NicSnapshot* before) {
  ApplySettings quiet{m_move.nic,
                      with_values(m_contents, {{Group::ip6, "addr_gen_mode", std::string{k_generate_none}},
                                               {Group::ip6, "use_tempaddr", "0"}}),
                      "to make no addresses of its own"};
  if (quiet.settings.empty())
    return;
  std::optional<LinkStep> undo;
  if (before != nullptr)
    undo = NicStep{ApplySettings{m_move.nic, values_in(*before, quiet.settings), "as it was"}};
  add(NicStep{std::move(quiet)}, std::move(undo));
}

void MoveSteps::settle_bridge() {
  add(ApplySettings{m_move.bridge, m_contents.settings, "as " + m_move.nic.str() + " was"}, quiet_bridge());
}
void MoveSteps::loosen_bridge() {
  add(quiet_bridge(), ApplySettings{m_move.bridge, m_contents.settings, "as it was"});
}
void MoveSteps::settle_nic(const NicSnapshot* before) {
  std::optional<LinkStep> undo;
  if (before != nullptr)
    undo = NicStep{ApplySettings{m_move.nic, before->settings, "as it was"}};
  add(ApplySettings{m_move.nic, m_contents.settings, "as " + m_contents.name.str() + " was"},
      std::move(undo));
}

void MoveSteps::announce(const IfName& interface) {
  add(announcement(interface), std::nullopt);
}

void MoveSteps::delete_bridge(bool with_undo) {
  if (!with_undo)
    return add(DeleteBridge{m_move.bridge}, std::nullopt);
  // Set down first, so that the undo, in reverse, makes a bridge that is quiet before it is up.
  add(SetDown{m_move.bridge}, SetUp{m_move.bridge});
  add(quiet_bridge(), quiet_bridge());
  add(DeleteBridge{m_move.bridge}, CreateBridge{m_move.bridge, m_contents.mac, m_contents.mtu});
}

void MoveSteps::add(LinkStep step, std::optional<LinkStep> undo) {
  PlannedStep planned{Step{std::move(step)}, std::nullopt};
  if (undo)
    planned.undo = Step{std::move(*undo)};
  m_plan.push_back(std::move(planned));
}

ApplySettings MoveSteps::quiet_bridge() const {
  std::vector<Setting> settings = values_in(m_contents, {{Group::ip6, "disable_ipv6", "0"}});
  settings.push_back({Group::ip6, "addr_gen_mode", std::string{k_generate_none}});
  settings.push_back({Group::ip6, "accept_ra", "0"});
  settings.push_back({Group::ip6, "use_tempaddr", "0"});
  settings.push_back({Group::ip4, "rp_filter", std::string{k_reverse_path_loose}});
  return {m_move.bridge, with_values(m_contents, std::move(settings)),
          "to take what comes, and nothing else"};
}

Announce MoveSteps::announcement(const IfName& interface) const {
  Announce announce{interface, m_contents.mac, {}};
  for (const InterfaceAddress& address : m_contents.addresses)
    if (is_of_use(address))
      announce.addresses.push_back(address.local.address);
  return announce;
}

} // namespace vdeup::nicmove
