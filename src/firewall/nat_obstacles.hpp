#pragma once

#include "firewall/ruleset.hpp"
#include "model/nat.hpp"

#include <vector>

namespace vdeup::firewall {

/// List the packet filters that drop what a private network needs: packets from VMs behind a bridge to the
/// interface of the default route, the replies, and the VMs' DHCP and DNS requests to this host. The bridge
/// need not exist yet.
[[nodiscard]] Result<std::vector<NatObstacle>> nat_obstacles(kernel::Netlink& netlink, const Ruleset& ruleset,
                                                             const IfName& bridge);

} // namespace vdeup::firewall
