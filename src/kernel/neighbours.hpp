#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Read an RTM_NEWNEIGH message of IPv4 or IPv6. Pure; nothing if it is another one, of another link, of an
/// address that nobody has answered for, or of one that has no Ethernet address.
[[nodiscard]] std::optional<Neighbour> parse_ip_neighbour(const nlmsghdr& message, const Device& device);

/// List the neighbours that an interface knows, and those that it answers for.
[[nodiscard]] Result<std::vector<Neighbour>> list_neighbours(Netlink& netlink, const Device& device);

/// Add neighbours, or renew what is known of them. Those that were found out and find no room are left out:
/// they are found out again.
[[nodiscard]] Result<> add_neighbours(Netlink& netlink, const Device& device,
                                      const std::vector<Neighbour>& neighbours);

/// Remove neighbours that are there.
[[nodiscard]] Result<> remove_neighbours(Netlink& netlink, const Device& device,
                                         const std::vector<Neighbour>& neighbours);

} // namespace vdeup::kernel
