#include "kernel/routes.hpp"

#include "kernel/route_message.hpp"
#include "model/ip_compare.hpp"

#include <fmt/format.h>

#include <linux/rtnetlink.h>

#include <map>
#include <tuple>

namespace vdeup::kernel {
namespace {

bool goes_through(const Route& route, std::uint32_t index) {
  return std::any_of(route.next_hops.begin(), route.next_hops.end(),
                     [index](const NextHop& hop) { return hop.interface == index; });
}

/// What two routes have in common between which the kernel decides by their order.
auto key_of(const Route& route) {
  const auto source =
      route.source ? std::optional{std::pair{route.source->address, route.source->length}} : std::nullopt;
  return std::tuple{route.table, route.destination.address, route.destination.length, source, route.tos,
                    route.metric};
}

/// Where the first and the last route of others stand.
struct Others {
  std::size_t first = 0;
  std::size_t last = 0;
};

Route::Place place_of(std::size_t at, const Others* others) {
  if (others == nullptr)
    return Route::Place::alone;
  return others->first < at ? Route::Place::behind : Route::Place::first;
}

Result<std::vector<Route>> list_all_routes(Netlink& netlink, const std::string& what) {
  return dump<Route>(netlink, RTM_GETROUTE, rtmsg{}, parse_route, what);
}

const Route* find_same(const std::vector<Route>& routes, const Route& wanted) {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&wanted](const Route& route) { return is_same(wanted, route); });
  return found == routes.end() ? nullptr : &*found;
}

} // namespace

std::vector<Route> routes_through(std::uint32_t index, const std::vector<Route>& all) {
  std::map<decltype(key_of(all.front())), Others> others;
  for (std::size_t at = 0; at < all.size(); ++at)
    if (!goes_through(all[at], index))
      others.try_emplace(key_of(all[at]), Others{at, at}).first->second.last = at;
  std::vector<Route> found;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!goes_through(all[at], index))
      continue;
    const auto here = others.find(key_of(all[at]));
    Route& route = found.emplace_back(all[at]);
    route.place = place_of(at, here == others.end() ? nullptr : &here->second);
    for (NextHop& hop : route.next_hops)
      hop.interface = hop.interface == index ? 0 : hop.interface;
  }
  return found;
}

// ip route show table all; ip -6 route show table all
Result<std::vector<Route>> list_routes(Netlink& netlink, const Device& device) {
  TRY(auto all, list_all_routes(netlink, "cannot list the routes through " + device.name.str()));
  return routes_through(device.index, all);
}

// ip route append … dev NAME
Result<> add_route(Netlink& netlink, const Device& device, const Route& route) {
  const auto added = route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, device.index, route)
                         .request(netlink, fmt::format("cannot add the route {} through {}",
                                                       route.destination.str(), device.name.str()));
  return tolerate(added, ErrorKind::conflict);
}

// ip route delete … dev NAME
Result<> remove_route(Netlink& netlink, const Device& device, const Route& route) {
  const auto removed = route_message(RTM_DELROUTE, 0, device.index, route)
                           .request(netlink, fmt::format("cannot remove the route {} through {}",
                                                         route.destination.str(), device.name.str()));
  return tolerate(removed, ErrorKind::missing);
}

// ip route replace … dev NAME
Result<> replace_route(Netlink& netlink, const Device& from, const Device& to, const Route& route) {
  const std::string what =
      fmt::format("cannot put the route {} through {}", route.destination.str(), to.name.str());
  TRY(auto all, list_all_routes(netlink, what));
  const auto old_routes = routes_through(from.index, all);
  const auto new_routes = routes_through(to.index, all);
  const Route* old_route = find_same(old_routes, route);
  const Route* new_route = find_same(new_routes, route);
  if (old_route == nullptr)
    return add_route(netlink, to, route);
  // The kernel replaces the first of all with this table, destination and metric, whosever it is.
  if (old_route->place == Route::Place::behind) {
    TRY(add_route(netlink, to, route));
    return remove_route(netlink, from, route);
  }
  if (new_route != nullptr) { // the kernel's own, made with the address, and waiting behind
    TRY(remove_route(netlink, to, route));
  }
  auto replaced =
      route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, to.index, route).request(netlink, what);
  if (!replaced && new_route != nullptr) // a step that failed has changed nothing
    (void)add_route(netlink, to, route);
  return replaced;
}

} // namespace vdeup::kernel
