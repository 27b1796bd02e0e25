#pragma once

#include "firewall/nft_rule.hpp"
#include "firewall/packet_filter.hpp"
#include "kernel/netlink.hpp"

#include <linux/netfilter/nfnetlink.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vdeup::firewall {

/// A base chain, and its table.
struct NftChain {
  NftTable table;
  BaseChain chain;
};

/// Make a request for a list of what nf_tables has of a family (NFPROTO_*, or AF_UNSPEC for all).
[[nodiscard]] kernel::Message nft_request(int type, std::uint8_t family);

/// The attributes of a message of this type (NFT_MSG_*) from nf_tables; nothing if it is another one.
template <std::size_t most>
[[nodiscard]] std::optional<kernel::AttributeTable<most>> parse_nft(const nlmsghdr& message, int type) {
  const bool is_of_type = message.nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type);
  return is_of_type ? kernel::parse_message<most, nfgenmsg>(message) : std::nullopt;
}

/// The table that an attribute names in such a message.
[[nodiscard]] NftTable table_of(const nlmsghdr& message, const nlattr* name);

/// Read an NFT_MSG_NEWTABLE message. Pure; nothing if it is another one, or of a table that is switched off.
[[nodiscard]] std::optional<NftTable> parse_nft_table(const nlmsghdr& message);

/// The comment of a table in such a message. Pure; empty if it has none.
[[nodiscard]] std::string parse_nft_comment(const nlmsghdr& message);

/// Read an NFT_MSG_NEWCHAIN message. Pure; nothing if it is another one, or of a chain that neither filters
/// what is forwarded or for this host, nor translates addresses after routing.
[[nodiscard]] std::optional<NftChain> parse_nft_chain(const nlmsghdr& message);

/// Read an NFT_MSG_NEWRULE message. Pure; nothing if it is another one.
[[nodiscard]] std::optional<NftRule> parse_nft_rule(const nlmsghdr& message);

/// The name of a family in nft(8); empty for those that no frame of a bridge passes.
[[nodiscard]] std::string nft_family(std::uint8_t family);

} // namespace vdeup::firewall
