#include "firewall/references.hpp"

#include <fmt/format.h>

#include <linux/netfilter.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

std::string describe(const NftTable& table, std::string_view kind, const std::string& name) {
  const std::string family = table.family == NFPROTO_NETDEV ? "netdev" : nft_family(table.family);
  return fmt::format("nft table {} {}, {} {}", family, table.name, kind, name);
}

} // namespace

bool contains_name(kernel::Bytes block, std::string_view name) {
  std::vector<std::uint8_t> wanted(name.begin(), name.end());
  wanted.push_back(0);
  for (auto at = block.begin();; ++at) {
    at = std::search(at, block.end(), wanted.begin(), wanted.end());
    if (at == block.end())
      return false;
    if (at == block.begin() || *std::prev(at) == 0)
      return true;
  }
}

std::vector<std::string> find_references(const Ruleset& ruleset, std::string_view interface) {
  std::vector<std::string> places;
  const auto add = [&places](std::string place) {
    if (std::find(places.begin(), places.end(), place) == places.end())
      places.push_back(std::move(place));
  };
  const auto contains = [interface](kernel::Bytes block) { return contains_name(block, interface); };
  for (const NftRule& rule : ruleset.rules)
    if (contains(rule.expressions))
      add(describe(rule.table, "chain", rule.chain));
  for (const Ruleset::Set& set : ruleset.sets)
    if (set.head.holds_names && std::any_of(set.elements.begin(), set.elements.end(), contains))
      add(describe(set.head.table, "set", set.head.name));
  for (const LegacyBlob& blob : ruleset.legacy)
    if (contains(blob.entries))
      add(fmt::format("{} table {}", blob.is_ip6 ? "ip6tables" : "iptables", blob.name));
  return places;
}

} // namespace vdeup::firewall
