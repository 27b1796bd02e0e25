#pragma once

#include "model/nic.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

// An IPv6 default route from a router advertisement cannot be copied as it is. The kernel does not recognise
// the copy as its own: at the next advertisement it adds its route, finds that it exists, and ignores the
// rest of the message. Then no address is renewed, and all expire (Linux 6.18: "ndisc_router_discovery failed
// to add default route").
//
// So the copy gets another metric, and it expires by itself.

/// The copy of a route of `nic` for another interface.
[[nodiscard]] Route copy_for_other_nic(const NicSnapshot& nic, Route route);

/// The copies of all routes of `nic`. If a router has two default routes, by a former move and by the kernel,
/// they get one copy, which expires with the later one.
[[nodiscard]] std::vector<Route> copies_for_other_nic(const NicSnapshot& nic);

/// The route to its prefix that the kernel adds with this address, if `nic` has no such route: somebody has
/// removed or replaced it. It has to be removed wherever the address is added.
[[nodiscard]] std::optional<Route> unwanted_prefix_route(const NicSnapshot& nic,
                                                         const InterfaceAddress& address);

} // namespace vdeup::nicmove
