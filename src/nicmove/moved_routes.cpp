#include "nicmove/moved_routes.hpp"

#include "base/number.hpp"
#include "model/ip_compare.hpp"

#include <algorithm>

namespace vdeup::nicmove {
namespace {

using Group = Setting::Group;

/// Whether the kernel takes such routes for this interface, or a program makes them.
bool listens(const NicSnapshot& nic) {
  const std::string* accept = nic.setting(Group::ip6, "accept_ra");
  return accept != nullptr && *accept != "0";
}

/// The metric that the kernel gives them.
std::uint32_t kernels_metric(const NicSnapshot& nic) {
  constexpr std::uint32_t ip6_rt_prio_user = 1024; // a setting since Linux 5.12
  const std::string* text = nic.setting(Group::ip6, "ra_defrtr_metric");
  return parse_number<std::uint32_t>(text != nullptr ? *text : "").value_or(ip6_rt_prio_user);
}

bool is_kernels(const NicSnapshot& nic, const Route& route) {
  return route.is_advertised_default() && listens(nic) && route.metric == kernels_metric(nic);
}

// In the kernel's numbers (linux/rtnetlink.h).
constexpr std::uint32_t k_main_table = 254;
constexpr std::uint8_t k_kernel = 2;
constexpr std::uint8_t k_unicast = 1;
constexpr std::uint8_t k_scope_link = 253;
constexpr std::uint32_t k_metric_of_ip6 = 256; // IP6_RT_PRIO_ADDRCONF

Route prefix_route(const InterfaceAddress& address) {
  const bool is_ip6 = address.local.address.is_ip6();
  Route route{.table = k_main_table,
              .destination = network_of({address.peer.value_or(address.local.address), address.local.length}),
              .protocol = k_kernel,
              .scope = is_ip6 ? std::uint8_t{0} : k_scope_link,
              .type = k_unicast,
              .metric = address.route_metric,
              .next_hops = {NextHop{}}};
  if (is_ip6 && route.metric == 0)
    route.metric = k_metric_of_ip6;
  return route;
}

} // namespace

Route copy_for_other_nic(const NicSnapshot& nic, Route route) {
  if (!is_kernels(nic, route))
    return route;
  // Behind it, where a router that takes back its word is not used for longer than need be; but before
  // another interface's that it was before.
  const bool is_before = route.place == Route::Place::first && route.metric > 1;
  route.metric = is_before ? route.metric - 1 : route.metric + 1;
  route.place = Route::Place::alone;
  return route;
}

std::vector<Route> copies_for_other_nic(const NicSnapshot& nic) {
  std::vector<Route> copies;
  for (const Route& route : nic.routes) {
    Route copy = copy_for_other_nic(nic, route);
    const auto twin = std::find_if(copies.begin(), copies.end(), [&copy](const Route& other) {
      return copy.is_advertised_default() && other.is_advertised_default() && other.metric == copy.metric &&
             other.next_hops == copy.next_hops;
    });
    if (twin == copies.end())
      copies.push_back(std::move(copy));
    else
      twin->expires = std::max(twin->expires, copy.expires);
  }
  return copies;
}

std::optional<Route> unwanted_prefix_route(const NicSnapshot& nic, const InterfaceAddress& address) {
  if (!nic.is_up || (address.flags & k_no_prefix_route) != 0) // down, it has no routes at all
    return std::nullopt;
  Route route = prefix_route(address);
  const bool is_there = std::any_of(nic.routes.begin(), nic.routes.end(), [&route](const Route& other) {
    return other.table == route.table && other.destination == route.destination &&
           other.protocol == route.protocol && other.metric == route.metric;
  });
  return is_there ? std::nullopt : std::optional{std::move(route)};
}

} // namespace vdeup::nicmove
