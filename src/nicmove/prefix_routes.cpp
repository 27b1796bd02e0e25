#include "nicmove/prefix_routes.hpp"

#include <algorithm>
#include <array>

namespace vdeup::nicmove {
namespace {

// In the kernel's numbers (linux/rtnetlink.h).
constexpr std::uint32_t k_main_table = 254;
constexpr std::uint8_t k_kernel = 2;
constexpr std::uint8_t k_unicast = 1;
constexpr std::uint8_t k_scope_link = 253;
constexpr std::uint32_t k_metric_of_ip6 = 256; // IP6_RT_PRIO_ADDRCONF

template <std::size_t size>
std::array<std::uint8_t, size> masked(std::array<std::uint8_t, size> bytes, unsigned length) {
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned bits = length > i * 8 ? std::min<unsigned>(8, length - static_cast<unsigned>(i) * 8) : 0;
    bytes.at(i) &= static_cast<std::uint8_t>(0xff00U >> bits);
  }
  return bytes;
}

IpPrefix prefix_of(const InterfaceAddress& address) {
  const IpAddress& end = address.peer.value_or(address.local.address);
  const std::uint8_t length = address.local.length;
  return {end.is_ip6() ? IpAddress{masked(end.bytes6(), length)} : IpAddress{masked(end.bytes4(), length)},
          length};
}

Route prefix_route(const InterfaceAddress& address) {
  const bool is_ip6 = address.local.address.is_ip6();
  Route route{.table = k_main_table,
              .destination = prefix_of(address),
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
