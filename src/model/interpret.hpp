#pragma once

#include "model/link.hpp"
#include "model/network.hpp"

#include <string_view>
#include <vector>

namespace vdeup {

/// Read a link as a bridge. `links` are used to name its ports; pass an empty list where they do not matter.
/// `host_seed` (the machine id) tells our own address from others', see bridge_address().
[[nodiscard]] Result<Bridge> to_bridge(const Link& link, const std::vector<Link>& links,
                                       std::string_view host_seed);

/// Read a link as a TAP. `master` is the link it is a port of, if any.
[[nodiscard]] Result<Tap> to_tap(const Link& link, const Link* master);

/// True if a link is the bridge that bears this mark: the private network of that switch.
[[nodiscard]] bool is_private_bridge(const Link& link, const NatMark& mark);

/// Derive the address of our bridge `name` on this host: locally administered, unicast, stable. It is also
/// the proof that a bridge without a mark was made by us: nobody else has a reason to use it.
[[nodiscard]] MacAddress bridge_address(const IfName& name, std::string_view host_seed);

} // namespace vdeup
