#pragma once

#include "model/interface_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup {

/// One way that a route takes.
struct NextHop {
  std::uint32_t interface = 0; ///< index of another interface; 0: the interface that the route belongs to
  std::optional<IpAddress> gateway{};
  std::uint8_t weight = 0; ///< less one, as the kernel has it
  bool on_link = false;
  std::vector<RawAttribute> others{};
  bool operator==(const NextHop&) const = default;
};

/// A route (`ip route`) with at least one next hop through its interface.
struct Route {
  /// Where it stands among the routes of other interfaces with the same table, destination and metric.
  enum class Place {
    alone,
    first, ///< it is taken, and others wait behind it
    behind,
  };
  std::uint32_t table = 0;
  IpPrefix destination;
  std::optional<IpPrefix> source{}; ///< of IPv6, with source-dependent routing
  std::uint8_t tos = 0;
  std::uint8_t protocol = 0;
  std::uint8_t scope = 0;
  std::uint8_t type = 0;
  std::uint32_t metric = 0;
  std::optional<IpAddress> preferred_source{};
  std::vector<NextHop> next_hops{};
  std::uint32_t expires = 0;               ///< seconds from when it was read; 0: never
  std::optional<std::uint32_t> next_hop{}; ///< id of the next hop object that it uses (`ip nexthop`)
  std::vector<RawAttribute> others{};      ///< metrics such as MTU, preference, …
  Place place = Place::alone;
  bool operator==(const Route&) const = default;

  [[nodiscard]] bool is_ip6() const { return destination.address.is_ip6(); }
  /// True if one of its next hops has a gateway, to which there has to be a way already.
  [[nodiscard]] bool has_gateway() const;
  /// True of IPv6 if a router's word made it. It ends unless the router repeats its word.
  [[nodiscard]] bool is_from_a_router() const;
  /// True if that router told that it is one itself.
  [[nodiscard]] bool is_advertised_default() const { return is_from_a_router() && destination.length == 0; }
};

/// A rule (`ip rule`) that names the interface.
struct RoutingRule {
  bool is_ip6 = false;
  std::uint8_t destination_length = 0;
  std::uint8_t source_length = 0;
  std::uint8_t tos = 0;
  std::uint8_t table = 0;
  std::uint8_t action = 0;
  std::uint32_t flags = 0;
  std::uint32_t priority = 0;
  bool names_input = false;  ///< `iif`
  bool names_output = false; ///< `oif`
  std::vector<RawAttribute> others{};
  bool operator==(const RoutingRule&) const = default;
};

[[nodiscard]] std::string describe(const Route& route);
/// The same without lifetime and place.
[[nodiscard]] std::string describe_without_lifetimes(const Route& route);
[[nodiscard]] std::string describe(const RoutingRule& rule);

} // namespace vdeup
