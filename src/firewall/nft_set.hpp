#pragma once

#include "base/result.hpp"
#include "firewall/nft_message.hpp"
#include "kernel/netlink.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::firewall {

/// Read the elements in an NFT_MSG_NEWSETELEM message, in whatever order. Pure; none if it is another
/// message.
[[nodiscard]] std::vector<NftElement> parse_nft_elements(const nlmsghdr& message);

struct NftSetHead {
  std::string name;
  bool has_ranges = false;
};

/// Read what a table's set is from an NFT_MSG_NEWSET message. Pure; nothing if it is another message, or of a
/// set that is not a rule's own, or in which ranges of several parts are put together.
[[nodiscard]] std::optional<NftSetHead> parse_nft_rule_set(const nlmsghdr& message, const NftTable& table);

/// The element of a set with ranges whose range a value is in; null if it is in none. Pure.
[[nodiscard]] const NftElement* find_range(const NftSet& set, const std::vector<std::uint8_t>& value);

/// List the elements of a set. Errors: missing if there is no such set.
[[nodiscard]] Result<std::vector<NftElement>>
list_nft_elements(kernel::Netlink& netlink, const NftTable& table, const std::string& set);

/// List the sets that are written into the rules of a table. Those that stand beside the rules can be very
/// large, and are left out.
[[nodiscard]] Result<NftSets> list_nft_rule_sets(kernel::Netlink& netlink, const NftTable& table);

} // namespace vdeup::firewall
