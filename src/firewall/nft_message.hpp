#pragma once

#include "firewall/nft_rule.hpp"
#include "firewall/packet_filter.hpp"
#include "kernel/netlink.hpp"

#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vdeup::firewall {

/// The table that a message is about.
struct NftTable {
  std::uint8_t family = 0; ///< NFPROTO_*
  std::string name;
  auto operator<=>(const NftTable&) const = default;
};

/// A base chain, and its table.
struct NftChain {
  NftTable table;
  BaseChain chain;
};

/// A rule, and where it is.
struct NftRule {
  NftTable table;
  std::string chain;
  FilterRule rule;
};

/// Make a request for a list of what nf_tables has of a family (NFPROTO_*, or AF_UNSPEC for all).
[[nodiscard]] kernel::Message nft_request(int type, std::uint8_t family);

/// Read an NFT_MSG_NEWTABLE message. Pure; nothing if it is another one, or of a table that is switched off.
[[nodiscard]] std::optional<NftTable> parse_nft_table(const nlmsghdr& message);

/// The comment of a table in such a message. Pure; empty if it has none.
[[nodiscard]] std::string parse_nft_comment(const nlmsghdr& message);

/// Read an NFT_MSG_NEWCHAIN message. Pure; nothing if it is another one, or of a chain that neither filters
/// what is forwarded or for this host, nor translates addresses after routing.
[[nodiscard]] std::optional<NftChain> parse_nft_chain(const nlmsghdr& message);

/// Read an NFT_MSG_NEWRULE message for what the rule does to such frames. Pure; nothing if it is another one.
[[nodiscard]] std::optional<NftRule> parse_nft_rule(const nlmsghdr& message, const Frames& frames,
                                                    const NftSets& sets);

/// The name of a family in nft(8); empty for those that no frame of a bridge passes.
[[nodiscard]] std::string nft_family(std::uint8_t family);

} // namespace vdeup::firewall
