#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"
#include "nat/forwarding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::nat {

// Each private network has a table of nf_tables, `inet vdeup_BRIDGE`, with the network's mark as its comment.
// It holds the rules and, in sets, the record of the kernel's settings before. A new table starts with the
// records of the others, and a deleted one leaves its record to another: the last one can restore all.

/// A table with such a name.
struct NatTable {
  std::string name;
  std::optional<NatMark> mark; ///< none: somebody else's
};

/// The name of a bridge's table. Errors: refused for a bridge whose name nft(8) does not take as a part of
/// one.
[[nodiscard]] Result<std::string> nat_table_name(const IfName& bridge);

/// The bridge that a table is for, there or not. Errors: usage for a name that no bridge can have.
[[nodiscard]] Result<IfName> bridge_of(const NatTable& table);

/// List the tables with such names. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<std::vector<NatTable>> list_nat_tables();

/// True if a bridge has a table with this mark; nothing without CAP_NET_ADMIN, which it takes to look.
[[nodiscard]] Result<std::optional<bool>> has_rules(const IfName& bridge, const NatMark& mark);

/// Read the record in a table; empty if the table is gone.
[[nodiscard]] Result<ForwardingRecord> read_record(const NatTable& table);

/// Make the table of a private network with a record, in place of one that is there.
[[nodiscard]] Result<NatTable> write_nat_table(const AddPrivateNetwork& step, const ForwardingRecord& record);

/// Delete a table and add its record to those of its heirs, in one transaction.
[[nodiscard]] Result<> hand_over_nat_table(const NatTable& table, const ForwardingRecord& record,
                                           const std::vector<NatTable>& heirs);

} // namespace vdeup::nat
