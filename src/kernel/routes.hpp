#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Out of all routes of the host, in the kernel's order, pick those through an interface. Pure.
[[nodiscard]] std::vector<Route> routes_through(std::uint32_t index, const std::vector<Route>& all);

/// List the routes through an interface in all tables.
[[nodiscard]] Result<std::vector<Route>> list_routes(Netlink& netlink, const Device& device);

/// Add a route behind those of the same table, destination and metric; success if it is there.
[[nodiscard]] Result<> add_route(Netlink& netlink, const Device& device, const Route& route);

/// Remove a route; success if it is gone.
[[nodiscard]] Result<> remove_route(Netlink& netlink, const Device& device, const Route& route);

/// Put a route through another interface, in the place where it stands among others; success if it is done
/// already. Where it does not stand at all, it is added.
[[nodiscard]] Result<> replace_route(Netlink& netlink, const Device& from, const Device& to,
                                     const Route& route);

} // namespace vdeup::kernel
