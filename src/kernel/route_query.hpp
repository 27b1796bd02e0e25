#pragma once

#include "kernel/netlink.hpp"
#include "model/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace vdeup::kernel {

/// A default route of the main table, and the interface it leads out of.
struct DefaultRoute {
  bool is_ip6 = false;
  std::uint32_t metric = 0;
  std::uint32_t link = 0;
};

/// Read an RTM_NEWROUTE message of such a route; of several next hops the first counts. Pure; nothing for all
/// others.
[[nodiscard]] std::optional<DefaultRoute> parse_default_route(const nlmsghdr& message);

/// The indexes of the interfaces that default routes of the main table lead out of, in the order in which the
/// kernel prefers them, IPv4 before IPv6.
[[nodiscard]] Result<std::vector<std::uint32_t>> list_default_route_links();

/// Find the interface that a packet from one address to another leaves through, by all rules and tables;
/// nothing if there is no route. Without `from` the kernel chooses the source.
[[nodiscard]] Result<std::optional<std::uint32_t>> find_route_link(const IpAddress& to,
                                                                   const std::optional<IpAddress>& from);

/// True if this host itself receives what is sent to an address.
[[nodiscard]] bool is_own_address(Netlink& netlink, const IpAddress& address);

} // namespace vdeup::kernel
