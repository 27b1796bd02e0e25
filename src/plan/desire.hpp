#pragma once

#include "plan/request.hpp"

#include <vector>

namespace vdeup::plan {

// The form of a network that a request wants: make_plan() leads there, and verify() proves it. What a desired
// network lacks (a switch, a TAP) is not part of the plan. Pure.

/// A bridge, a TAP and a switch on it; a private network if the bridge is one.
[[nodiscard]] Result<Network> desire(const Request& request, const BridgeChoice& choice,
                                     const Network& observed, const std::vector<Link>& links);

/// The bridge alone: all that a VM with a TAP of its own needs.
[[nodiscard]] Network desire_bridge(const BridgeChoice& choice);

/// A switch without a TAP, with user-mode NAT at one of its ports or without an uplink; it takes no
/// privilege. The forwards that are there stay, unless one asked for takes their port of the host.
[[nodiscard]] Network desire_tapless(const Request& request, UplinkKind kind, const Network& observed);

} // namespace vdeup::plan
