#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Make an interface a port of a bridge; set up those of `keep_up` that are down afterwards, as the ports of
/// a bond are; and wait until the bridge sends through it, if it has carrier. Errors: timed_out if the bridge
/// has not come to send within a second.
[[nodiscard]] Result<> join_bridge(Netlink& netlink, const Device& port, const Device& bridge,
                                   const std::vector<IfName>& keep_up);

} // namespace vdeup::kernel
