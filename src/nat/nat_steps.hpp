#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"

#include <cstdint>
#include <optional>

namespace vdeup::nat {

// A bridge becomes a private network in this order, so that whoever finds it half-done can go on, either way:
//
//  1. a table of nf_tables, with the rules and the record of what the kernel does until now;
//  2. the kernel forwards;
//  3. the bridge has this host's addresses.
//
// The way back is the reverse, and the table goes last.

/// Make a bridge that bears the mark the private network of its switch. What is there already stays, and the
/// first record of all is kept. One that failed has changed nothing.
/// Errors: missing without such a bridge, or without libnftables; conflict if the bridge, or a table with the
/// name of its own, bears another mark; not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> add_private_network(kernel::Netlink& netlink, const AddPrivateNetwork& step);

/// Take all of that back; success if it is gone, and so may be the bridge: a device without the mark that has
/// its name is not touched, nor is such a table. As long as another private network is left, the kernel goes
/// on to forward. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> remove_private_network(kernel::Netlink& netlink, const RemovePrivateNetwork& step);

/// Read the private network behind a bridge from the bridge's addresses, its first of IPv4 and its first of
/// fd00::/8; nothing if it has none of IPv4. Takes no privilege.
[[nodiscard]] Result<std::optional<PrivateNetwork>> read_private_network(kernel::Netlink& netlink,
                                                                         std::uint32_t index);

} // namespace vdeup::nat
