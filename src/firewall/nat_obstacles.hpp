#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"

#include <vector>

namespace vdeup::firewall {

/// Say which packet filters of this host would drop what a private network lives on: what VMs behind a bridge
/// send on to where the default route leads, the answers, and what they ask this host, DHCP and DNS. The
/// bridge need not exist yet. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<std::vector<NatObstacle>> nat_obstacles(kernel::Netlink& netlink, const IfName& bridge);

} // namespace vdeup::firewall
