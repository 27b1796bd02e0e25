#pragma once

#include "kernel/netlink.hpp"
#include "model/ip_compare.hpp"

#include <optional>
#include <vector>

namespace vdeup::nat {

/// Read the network of an RTM_NEWADDR message. Pure; nothing if it is another one.
[[nodiscard]] std::optional<IpPrefix> parse_address_network(const nlmsghdr& message);

/// Read the destination of an RTM_NEWROUTE message. Pure; nothing if it is another one, the route to
/// everywhere, or one that leads to this host itself or to many.
[[nodiscard]] std::optional<IpPrefix> parse_route_network(const nlmsghdr& message);

/// List the networks that this host has an address in, or a route to in any of its tables, each once. Without
/// those that hold every address.
[[nodiscard]] Result<std::vector<IpPrefix>> used_networks(kernel::Netlink& netlink);

/// List the routers that this host's routes lead to.
[[nodiscard]] Result<std::vector<IpAddress>> list_gateways(kernel::Netlink& netlink);

} // namespace vdeup::nat
