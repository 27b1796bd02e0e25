#pragma once

#include "base/result.hpp"
#include "firewall/nft_message.hpp"
#include "kernel/netlink.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::firewall {

/// What NFT_MSG_NEWSETELEM messages list: for each, what is in its NFTA_SET_ELEM_LIST_ELEMENTS.
using NftElementLists = std::vector<std::vector<std::uint8_t>>;

/// Read the elements in such lists, in whatever order. Pure.
[[nodiscard]] std::vector<NftElement> read_elements(const NftElementLists& lists);

/// Read the list in an NFT_MSG_NEWSETELEM message. Pure; nothing if it is another message.
[[nodiscard]] std::optional<NftElementLists::value_type> parse_nft_elements(const nlmsghdr& message);

struct NftSetHead {
  NftTable table;
  std::string name;
  bool has_ranges = false;
  bool is_of_rule = false;  ///< it is part of one rule, and not a concatenation with ranges
  bool holds_names = false; ///< of interfaces, alone or in a concatenation
};

/// Read an NFT_MSG_NEWSET message. Pure; nothing if it is another message.
[[nodiscard]] std::optional<NftSetHead> parse_nft_set(const nlmsghdr& message);

/// The element of a set with ranges whose range a value is in; null if it is in none. Pure.
[[nodiscard]] const NftElement* find_range(const NftSet& set, const std::vector<std::uint8_t>& value);

/// List the elements of a set. Errors: missing if there is no such set.
[[nodiscard]] Result<NftElementLists> list_nft_elements(kernel::Netlink& netlink, const NftTable& table,
                                                        const std::string& set);

} // namespace vdeup::firewall
