#pragma once

#include "base/result.hpp"
#include "model/ip_address.hpp"

#include <linux/netlink.h>

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

/// Ask the kernel which interface a packet from one address to another leaves through, rules and all tables
/// considered; nothing if it knows no way. Without `from` it chooses the source itself.
[[nodiscard]] Result<std::optional<std::uint32_t>> find_route_link(const IpAddress& to,
                                                                   const std::optional<IpAddress>& from);

} // namespace vdeup::kernel
