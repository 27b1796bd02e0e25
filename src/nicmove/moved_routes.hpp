#pragma once

#include "model/nic.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

// A default route that a router's word made (IPv6) cannot be copied as others are. The kernel does not know a
// copy for its own: with the router's next word it makes its route, finds that it is there already, and stops
// reading the message. No address is renewed any more, and all of them end (Linux 6.18:
// "ndisc_router_discovery failed to add default route").
//
// So the copy has a metric of its own, beside which the kernel's has room; and it ends by itself.

/// The route that another interface gets for this one of `nic`.
[[nodiscard]] Route copy_for_other_nic(const NicSnapshot& nic, Route route);

/// All that another interface gets for the routes of `nic`. A router that the kernel has heard since the last
/// move, and that is there twice for that, gets one copy, which ends with the later of both.
[[nodiscard]] std::vector<Route> copies_for_other_nic(const NicSnapshot& nic);

/// The route to its prefix that the kernel makes with this address, if `nic` has none such: somebody has
/// removed it, or put one with another metric in its place. Whoever gets the address has to lose it again.
[[nodiscard]] std::optional<Route> unwanted_prefix_route(const NicSnapshot& nic,
                                                         const InterfaceAddress& address);

} // namespace vdeup::nicmove
