#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"

#include <cstdint>
#include <optional>

namespace vdeup::nat {

// A bridge becomes a private network in this order, so that an interrupted call can be completed or undone:
//
//  1. create a table of nf_tables with the rules and a record of the kernel's settings so far;
//  2. switch forwarding on;
//  3. add the addresses of this host to the bridge.
//
// Removal is the reverse; the table is deleted last.

/// Make a bridge with this mark the private network of its switch. What exists is kept, the oldest record
/// too. A failed call has changed nothing. Errors: missing without such a bridge, or without libnftables;
/// conflict if the bridge, or the table with its name, has another mark; not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> add_private_network(kernel::Netlink& netlink, const AddPrivateNetwork& step);

/// Undo all of that; success if nothing of it is left. The bridge may be gone. A device or a table with its
/// name and without the mark is not touched. Forwarding stays on while there are other private networks.
/// Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> remove_private_network(kernel::Netlink& netlink, const RemovePrivateNetwork& step);

/// Read the private network of a bridge from its first IPv4 address and its first address in fd00::/8;
/// nothing if it has no IPv4 address. Needs no privilege.
[[nodiscard]] Result<std::optional<PrivateNetwork>> read_private_network(kernel::Netlink& netlink,
                                                                         std::uint32_t index);

} // namespace vdeup::nat
