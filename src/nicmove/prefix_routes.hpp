#pragma once

#include "model/nic.hpp"

#include <optional>

namespace vdeup::nicmove {

/// The route to its prefix that the kernel makes with this address, if `nic` has none such: somebody has
/// removed it, or put one with another metric in its place. Whoever gets the address has to lose it again.
[[nodiscard]] std::optional<Route> unwanted_prefix_route(const NicSnapshot& nic,
                                                         const InterfaceAddress& address);

} // namespace vdeup::nicmove
