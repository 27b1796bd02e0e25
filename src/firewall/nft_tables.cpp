#include "firewall/nft_tables.hpp"

#include "firewall/nft_message.hpp"
#include "firewall/nft_set.hpp"
#include "kernel/netlink.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

constexpr const char* k_cannot_read_tables = "cannot read the packet filter";

/// What iptables-nft made can be changed with iptables; nft(8) itself warns against touching it.
ForwardFilter::Tool tool_of(const NftTable& table, const std::vector<NftChain>& chains) {
  const bool is_like_iptables = (table.family == NFPROTO_IPV4 || table.family == NFPROTO_IPV6) &&
                                table.name == "filter" &&
                                std::any_of(chains.begin(), chains.end(), [&](const NftChain& chain) {
                                  return chain.table == table && chain.chain.name == "FORWARD";
                                });
  return is_like_iptables ? ForwardFilter::Tool::iptables : ForwardFilter::Tool::nftables;
}

// nft list table FAMILY NAME
Result<FilterTable::Chains> read_rules(kernel::Netlink& netlink, const NftTable& table,
                                       const Frames& frames) {
  const kernel::Message message = nft_request(NFT_MSG_GETRULE, table.family);
  (void)nla_put_string(message.get(), NFTA_RULE_TABLE, table.name.c_str());
  TRY(auto sets, list_nft_rule_sets(netlink, table));
  const auto parse = [&](const nlmsghdr& answer) { return parse_nft_rule(answer, frames, sets); };
  auto rules = netlink.list<NftRule>(message, parse, k_cannot_read_tables);
  if (!rules && rules.error().kind() == ErrorKind::missing)
    return FilterTable::Chains{}; // the table has gone meanwhile
  TRY(auto found, std::move(rules));
  FilterTable::Chains chains;
  for (NftRule& rule : found)
    if (rule.table == table) // an old kernel gives the rules of all tables
      chains[rule.chain].push_back(std::move(rule.rule));
  return chains;
}

// nft list tables; nft list chains
Result<std::vector<NftChain>> read_chains(kernel::Netlink& netlink) {
  TRY(auto active, netlink.list<NftTable>(nft_request(NFT_MSG_GETTABLE, AF_UNSPEC), parse_nft_table,
                                          k_cannot_read_tables));
  TRY(auto chains, netlink.list<NftChain>(nft_request(NFT_MSG_GETCHAIN, AF_UNSPEC), parse_nft_chain,
                                          k_cannot_read_tables));
  std::erase_if(chains, [&active](const NftChain& chain) {
    return std::find(active.begin(), active.end(), chain.table) == active.end();
  });
  return chains;
}

Result<std::vector<FilterTable>> read_tables(kernel::Netlink& netlink, const Frames& frames) {
  TRY(auto chains, read_chains(netlink));
  std::vector<FilterTable> tables;
  std::vector<NftTable> done;
  for (const NftChain& first : chains) {
    if (std::find(done.begin(), done.end(), first.table) != done.end())
      continue;
    done.push_back(first.table);
    FilterTable table{.tool = tool_of(first.table, chains),
                      .family = nft_family(first.table.family),
                      .name = first.table.name};
    for (const NftChain& chain : chains)
      if (chain.table == first.table)
        table.base_chains.push_back(chain.chain);
    TRY(auto rules, read_rules(netlink, first.table, frames));
    table.chains = std::move(rules);
    tables.push_back(std::move(table));
  }
  return tables;
}

} // namespace

Result<std::vector<FilterTable>> read_nft_tables(const Frames& frames) {
  auto netlink = kernel::Netlink::open(NETLINK_NETFILTER);
  auto tables = netlink ? read_tables(netlink.value(), frames) : fail(std::move(netlink).error());
  if (!tables && tables.error().kind() == ErrorKind::missing)
    return std::vector<FilterTable>{};
  return tables;
}

} // namespace vdeup::firewall
