#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Read an RTM_NEWNEIGH message of IPv4 or IPv6. Pure; nothing for another message, another interface, and a
/// neighbour that is unresolved or has no Ethernet address.
[[nodiscard]] std::optional<Neighbour> parse_ip_neighbour(const nlmsghdr& message, const Device& device);

/// List the neighbours of an interface, and the addresses that it is a proxy for.
[[nodiscard]] Result<std::vector<Neighbour>> list_neighbours(Netlink& netlink, const Device& device);

/// Add neighbours or replace their entries. Learned ones that fail are skipped: the kernel learns them again.
[[nodiscard]] Result<> add_neighbours(Netlink& netlink, const Device& device,
                                      const std::vector<Neighbour>& neighbours);

/// Remove neighbours; success for those that are gone.
[[nodiscard]] Result<> remove_neighbours(Netlink& netlink, const Device& device,
                                         const std::vector<Neighbour>& neighbours);

} // namespace vdeup::kernel
