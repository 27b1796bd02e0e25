#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Read an RTM_NEWADDR message. Pure; nothing if it is another one or of another link.
[[nodiscard]] std::optional<InterfaceAddress> parse_interface_address(const nlmsghdr& message,
                                                                      const Device& device);

/// List the addresses of an interface in the kernel's order.
[[nodiscard]] Result<std::vector<InterfaceAddress>> list_interface_addresses(Netlink& netlink,
                                                                             const Device& device);

/// List those that are ready for use: not one that may be a duplicate, or is on its way out.
[[nodiscard]] Result<std::vector<IpAddress>> list_usable_addresses(Netlink& netlink, const Device& device);

/// Add an address, or give the one that is there these lifetimes and flags. One of IPv6 is ready at once: it
/// is taken from another interface of this host, and to look for duplicates would find that one, or nobody.
[[nodiscard]] Result<> add_address(Netlink& netlink, const Device& device, const InterfaceAddress& address);

/// Remove an address; success if it is gone.
[[nodiscard]] Result<> remove_address(Netlink& netlink, const Device& device,
                                      const InterfaceAddress& address);

} // namespace vdeup::kernel
