#include "nicmove/advertised_routes.hpp"

#include "base/number.hpp"

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

} // namespace

Route copy_for_another(const NicSnapshot& nic, Route route) {
  if (!is_kernels(nic, route))
    return route;
  // Behind it, where a router that takes back its word is not used for longer than need be; but before
  // another interface's that it was before.
  const bool is_before = route.place == Route::Place::first && route.metric > 1;
  route.metric = is_before ? route.metric - 1 : route.metric + 1;
  route.place = Route::Place::alone;
  return route;
}

std::vector<Route> copies_for_another(const NicSnapshot& nic) {
  std::vector<Route> copies;
  for (const Route& route : nic.routes) {
    Route copy = copy_for_another(nic, route);
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

} // namespace vdeup::nicmove
