#include "firewall/packet_filters.hpp"

#include <linux/netfilter.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

/// What iptables-nft made can be changed with iptables; nft(8) itself warns against touching it.
ForwardFilter::Tool tool_of(const NftTable& table, const std::vector<NftChain>& chains) {
  const bool is_like_iptables = (table.family == NFPROTO_IPV4 || table.family == NFPROTO_IPV6) &&
                                table.name == "filter" &&
                                std::any_of(chains.begin(), chains.end(), [&](const NftChain& chain) {
                                  return chain.table == table && chain.chain.name == "FORWARD";
                                });
  return is_like_iptables ? ForwardFilter::Tool::iptables : ForwardFilter::Tool::nftables;
}

NftSets sets_of(const Ruleset& ruleset, const NftTable& table) {
  NftSets sets;
  for (const Ruleset::Set& set : ruleset.sets)
    if (set.head.is_of_rule && set.head.table == table)
      sets.emplace(set.head.name, NftSet{read_elements(set.elements), set.head.has_ranges});
  return sets;
}

FilterTable read_table(const Ruleset& ruleset, const NftTable& table, const Frames& frames) {
  FilterTable read{
      .tool = tool_of(table, ruleset.chains), .family = nft_family(table.family), .name = table.name};
  for (const NftChain& chain : ruleset.chains)
    if (chain.table == table)
      read.base_chains.push_back(chain.chain);
  const NftSets sets = sets_of(ruleset, table);
  for (const NftRule& rule : ruleset.rules)
    if (rule.table == table)
      read.chains[rule.chain].push_back(evaluate_nft_rule(rule, frames, sets));
  return read;
}

} // namespace

Result<PacketFilters> evaluate(const Ruleset& ruleset, const Frames& frames) {
  PacketFilters filters;
  std::vector<NftTable> done;
  for (const NftChain& chain : ruleset.chains) {
    if (std::find(done.begin(), done.end(), chain.table) != done.end())
      continue;
    done.push_back(chain.table);
    add_table(filters, read_table(ruleset, chain.table, frames));
  }
  for (const LegacyBlob& blob : ruleset.legacy) {
    if (blob.name != "filter" && blob.name != "nat")
      continue;
    const auto table = parse_legacy_blob(blob, frames);
    if (!table)
      return fail(Error{ErrorKind::failed,
                        "cannot read the tables of iptables",
                        "the kernel's answer is not understood",
                        {}});
    add_table(filters, *table);
  }
  return filters;
}

} // namespace vdeup::firewall
