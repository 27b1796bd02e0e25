#include "firewall/mentions.hpp"

#include "firewall/legacy_tables.hpp"
#include "firewall/nft_message.hpp"
#include "kernel/netlink.hpp"

#include <fmt/format.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

constexpr const char* k_cannot_read_mentions = "cannot read the packet filter";

// nft's own numbers for the types of values in sets (nftables' datatype.h): six bits each, several in a
// concatenation. The kernel only keeps them.
constexpr std::uint32_t k_type_of_names = 41;
constexpr unsigned k_bits_of_type = 6;
constexpr std::uint32_t k_mask_of_type = 0x3f;

/// A chain or a set that names the interface.
struct Place {
  std::uint8_t family = 0;
  std::string table;
  std::string name;
  bool operator==(const Place&) const = default;
};

std::string family_name(std::uint8_t family) {
  return family == NFPROTO_NETDEV ? "netdev" : nft_family(family);
}

kernel::Message nft_message(int type, std::uint8_t family = AF_UNSPEC) {
  kernel::Message message = kernel::make_message((NFNL_SUBSYS_NFTABLES << 8) | type, NLM_F_DUMP);
  nfgenmsg header{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0};
  (void)nlmsg_append(message.get(), &header, sizeof(header), NLMSG_ALIGNTO);
  return message;
}

bool is_about(const nlmsghdr& message, int type) {
  return message.nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type);
}

std::optional<Place> parse_rule(const nlmsghdr& message, std::string_view interface) {
  const auto found = kernel::parse_message<NFTA_RULE_MAX, nfgenmsg>(message);
  if (!is_about(message, NFT_MSG_NEWRULE) || !found ||
      !mentions_name(kernel::bytes_of((*found)[NFTA_RULE_EXPRESSIONS]), interface))
    return std::nullopt;
  return Place{kernel::header_of<nfgenmsg>(message).nfgen_family, kernel::text_of((*found)[NFTA_RULE_TABLE]),
               kernel::text_of((*found)[NFTA_RULE_CHAIN])};
}

bool has_names(std::uint32_t key_type) {
  for (; key_type != 0; key_type >>= k_bits_of_type)
    if ((key_type & k_mask_of_type) == k_type_of_names)
      return true;
  return false;
}

std::optional<Place> parse_set_of_names(const nlmsghdr& message) {
  const auto found = kernel::parse_message<NFTA_SET_MAX, nfgenmsg>(message);
  if (!is_about(message, NFT_MSG_NEWSET) || !found ||
      !has_names(kernel::number_in_network_order((*found)[NFTA_SET_KEY_TYPE]).value_or(0)))
    return std::nullopt;
  return Place{kernel::header_of<nfgenmsg>(message).nfgen_family, kernel::text_of((*found)[NFTA_SET_TABLE]),
               kernel::text_of((*found)[NFTA_SET_NAME])};
}

std::optional<bool> parse_elements(const nlmsghdr& message, std::string_view interface) {
  const auto found = kernel::parse_message<NFTA_SET_ELEM_LIST_MAX, nfgenmsg>(message);
  if (!is_about(message, NFT_MSG_NEWSETELEM) || !found)
    return std::nullopt;
  return mentions_name(kernel::bytes_of((*found)[NFTA_SET_ELEM_LIST_ELEMENTS]), interface);
}

Result<bool> has_element(kernel::Netlink& netlink, const Place& set, std::string_view interface) {
  const kernel::Message message = nft_message(NFT_MSG_GETSETELEM, set.family);
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_TABLE, set.table.c_str());
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_SET, set.name.c_str());
  const auto parse = [interface](const nlmsghdr& answer) { return parse_elements(answer, interface); };
  auto parts = netlink.list<bool>(message, parse, k_cannot_read_mentions);
  if (!parts && parts.error().kind() == ErrorKind::missing)
    return false; // it has gone meanwhile
  TRY(auto mentioned, std::move(parts));
  return std::find(mentioned.begin(), mentioned.end(), true) != mentioned.end();
}

// nft list ruleset
Result<std::vector<std::string>> list_nft(kernel::Netlink& netlink, std::string_view interface) {
  std::vector<std::string> places;
  const auto add = [&places](const Place& place, std::string_view kind) {
    std::string text =
        fmt::format("nft table {} {}, {} {}", family_name(place.family), place.table, kind, place.name);
    if (std::find(places.begin(), places.end(), text) == places.end())
      places.push_back(std::move(text));
  };
  const auto parse = [interface](const nlmsghdr& answer) { return parse_rule(answer, interface); };
  TRY(auto chains, netlink.list<Place>(nft_message(NFT_MSG_GETRULE), parse, k_cannot_read_mentions));
  for (const Place& chain : chains)
    add(chain, "chain");
  TRY(auto sets,
      netlink.list<Place>(nft_message(NFT_MSG_GETSET), parse_set_of_names, k_cannot_read_mentions));
  for (const Place& set : sets) {
    TRY(auto has, has_element(netlink, set, interface));
    if (has)
      add(set, "set");
  }
  return places;
}

} // namespace

bool mentions_name(kernel::Bytes block, std::string_view name) {
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

Result<std::vector<std::string>> list_firewall_mentions(const std::string& interface) {
  auto netlink = kernel::Netlink::open(NETLINK_NETFILTER);
  auto places = netlink ? list_nft(netlink.value(), interface) : fail(std::move(netlink).error());
  if (!places && places.error().kind() != ErrorKind::missing) // a kernel without nf_tables
    return places;
  std::vector<std::string> all = places ? std::move(places).value() : std::vector<std::string>{};
  TRY(auto tables, list_legacy_mentions(interface));
  all.insert(all.end(), tables.begin(), tables.end());
  return all;
}

} // namespace vdeup::firewall
