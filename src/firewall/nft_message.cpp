#include "firewall/nft_message.hpp"

#include "kernel/attributes.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

std::uint8_t family_of(const nlmsghdr& message) {
  return kernel::header_of<nfgenmsg>(message).nfgen_family;
}

// libnftnl's own: entries of a type, a length and a value each, and the type of the one that is the comment.
constexpr std::uint8_t k_comment_type = 0; // NFTNL_UDATA_TABLE_COMMENT

std::optional<BaseChain::Role> role_of(std::uint32_t hook, const std::string& type, std::uint8_t family) {
  // What is for a bridge itself goes through both, and the chains of its own family are seldom made for that.
  if (hook == NF_INET_LOCAL_IN && type == "filter" && family != NFPROTO_BRIDGE)
    return BaseChain::Role::input_filter;
  // NF_BR_FORWARD, the forward hook of bridges, has the same number.
  if (hook == NF_INET_FORWARD && type == "filter")
    return BaseChain::Role::forward_filter;
  if (hook == NF_INET_POST_ROUTING && type == "nat")
    return BaseChain::Role::postrouting_nat;
  return std::nullopt;
}

} // namespace

kernel::Message nft_request(int type, std::uint8_t family) {
  kernel::Message message = kernel::make_message((NFNL_SUBSYS_NFTABLES << 8) | type, NLM_F_DUMP);
  nfgenmsg header{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0};
  (void)nlmsg_append(message.get(), &header, sizeof(header), NLMSG_ALIGNTO);
  return message;
}

NftTable table_of(const nlmsghdr& message, const nlattr* name) {
  return {.family = family_of(message), .name = text_of(name)};
}

std::optional<NftTable> parse_nft_table(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_TABLE_MAX>(message, NFT_MSG_NEWTABLE);
  if (!found || (number_in_network_order((*found)[NFTA_TABLE_FLAGS]).value_or(0) & NFT_TABLE_F_DORMANT) != 0)
    return std::nullopt;
  return table_of(message, (*found)[NFTA_TABLE_NAME]);
}

std::string parse_nft_comment(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_TABLE_MAX>(message, NFT_MSG_NEWTABLE);
  Bytes data = found ? bytes_of((*found)[NFTA_TABLE_USERDATA]) : Bytes{};
  while (data.size() >= 2 && data.size() - 2 >= data[1]) {
    const Bytes value = data.subspan(2, data[1]);
    if (data[0] == k_comment_type)
      return {value.begin(), std::find(value.begin(), value.end(), std::uint8_t{0})};
    data = data.subspan(2 + value.size());
  }
  return {};
}

std::optional<NftChain> parse_nft_chain(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_CHAIN_MAX>(message, NFT_MSG_NEWCHAIN);
  if (!found || nft_family(family_of(message)).empty())
    return std::nullopt;
  const auto hook = parse_nest<NFTA_HOOK_MAX>((*found)[NFTA_CHAIN_HOOK]);
  const auto number = number_in_network_order(hook[NFTA_HOOK_HOOKNUM]);
  const auto role =
      number ? role_of(*number, text_of((*found)[NFTA_CHAIN_TYPE]), family_of(message)) : std::nullopt;
  if (!role)
    return std::nullopt;
  const auto policy = number_in_network_order((*found)[NFTA_CHAIN_POLICY]);
  return NftChain{
      .table = table_of(message, (*found)[NFTA_CHAIN_TABLE]),
      .chain = {.role = *role, .name = text_of((*found)[NFTA_CHAIN_NAME]), .drops = policy == NF_DROP}};
}

std::optional<NftRule> parse_nft_rule(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_RULE_MAX>(message, NFT_MSG_NEWRULE);
  if (!found)
    return std::nullopt;
  const Bytes expressions = bytes_of((*found)[NFTA_RULE_EXPRESSIONS]);
  return NftRule{.table = table_of(message, (*found)[NFTA_RULE_TABLE]),
                 .chain = text_of((*found)[NFTA_RULE_CHAIN]),
                 .expressions = {expressions.begin(), expressions.end()}};
}

std::string nft_family(std::uint8_t family) {
  switch (family) {
  case NFPROTO_IPV4:
    return "ip";
  case NFPROTO_IPV6:
    return "ip6";
  case NFPROTO_INET:
    return "inet";
  case NFPROTO_BRIDGE:
    return "bridge";
  default:
    return {};
  }
}

} // namespace vdeup::firewall
