#include "firewall/ruleset.hpp"

#include "firewall/legacy_tables.hpp"

#include <linux/netfilter/nf_tables.h>
#include <sys/socket.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

constexpr const char* k_cannot_read_rules = "cannot read the packet filter";

template <class T, class Parse>
Result<std::vector<T>> list(kernel::Netlink& netlink, int type, Parse parse) {
  return netlink.list<T>(nft_request(type, AF_UNSPEC), parse, k_cannot_read_rules);
}

// nft list ruleset
Result<Ruleset> read_nft(kernel::Netlink& netlink) {
  Ruleset ruleset;
  TRY(auto active, list<NftTable>(netlink, NFT_MSG_GETTABLE, parse_nft_table));
  TRY(ruleset.chains, list<NftChain>(netlink, NFT_MSG_GETCHAIN, parse_nft_chain));
  std::erase_if(ruleset.chains, [&active](const NftChain& chain) {
    return std::find(active.begin(), active.end(), chain.table) == active.end();
  });
  TRY(ruleset.rules, list<NftRule>(netlink, NFT_MSG_GETRULE, parse_nft_rule));
  TRY(auto heads, list<NftSetHead>(netlink, NFT_MSG_GETSET, parse_nft_set));
  for (NftSetHead& head : heads) {
    if (!head.is_of_rule && !head.holds_names) // the others can be very large
      continue;
    auto elements = list_nft_elements(netlink, head.table, head.name);
    if (!elements && elements.error().kind() == ErrorKind::missing)
      continue; // deleted meanwhile
    TRY(auto found, std::move(elements));
    ruleset.sets.push_back({std::move(head), std::move(found)});
  }
  return ruleset;
}

} // namespace

Result<Ruleset> read_ruleset() {
  auto netlink = kernel::Netlink::open(NETLINK_NETFILTER);
  auto read = netlink ? read_nft(netlink.value()) : fail(std::move(netlink).error());
  if (!read && read.error().kind() == ErrorKind::missing) // a kernel without nf_tables
    read = Ruleset{};
  TRY(auto ruleset, std::move(read));
  auto legacy = read_legacy_tables();
  if (!legacy && legacy.error().kind() != ErrorKind::not_permitted)
    return fail(std::move(legacy).error());
  if (legacy)
    ruleset.legacy = std::move(legacy).value();
  return ruleset;
}

} // namespace vdeup::firewall
