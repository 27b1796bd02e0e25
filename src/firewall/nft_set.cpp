#include "firewall/nft_set.hpp"

#include "kernel/attributes.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace vdeup::firewall {
namespace {

bool is_of_type(const nlmsghdr& message, int type) {
  return message.nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type);
}

std::optional<NftElement> read_element(nlattr* element) {
  const auto found = kernel::parse_nest<NFTA_SET_ELEM_MAX>(element);
  const kernel::Bytes key =
      kernel::bytes_of(kernel::parse_nest<NFTA_DATA_MAX>(found[NFTA_SET_ELEM_KEY])[NFTA_DATA_VALUE]);
  const auto flags = kernel::number_in_network_order(found[NFTA_SET_ELEM_FLAGS]).value_or(0);
  if (key.empty() && (flags & NFT_SET_ELEM_CATCHALL) == 0)
    return std::nullopt;
  NftElement read{.key = {key.begin(), key.end()}, .ends_range = (flags & NFT_SET_ELEM_INTERVAL_END) != 0};
  if (nlattr* verdict = kernel::parse_nest<NFTA_DATA_MAX>(found[NFTA_SET_ELEM_DATA])[NFTA_DATA_VERDICT])
    read_verdict(verdict, read.action, read.target);
  return read;
}

} // namespace

std::vector<NftElement> parse_nft_elements(const nlmsghdr& message) {
  std::vector<NftElement> elements;
  const auto found = kernel::parse_message<NFTA_SET_ELEM_LIST_MAX, nfgenmsg>(message);
  nlattr* list = found ? (*found)[NFTA_SET_ELEM_LIST_ELEMENTS] : nullptr;
  if (!is_of_type(message, NFT_MSG_NEWSETELEM) || list == nullptr)
    return elements;
  auto* element = static_cast<nlattr*>(nla_data(list));
  for (int left = nla_len(list); nla_ok(element, left) != 0; element = nla_next(element, &left))
    if (auto read = read_element(element))
      elements.push_back(std::move(*read));
  return elements;
}

std::optional<NftSetHead> parse_nft_rule_set(const nlmsghdr& message, const NftTable& table) {
  const auto found = kernel::parse_message<NFTA_SET_MAX, nfgenmsg>(message);
  if (!is_of_type(message, NFT_MSG_NEWSET) || !found)
    return std::nullopt;
  const auto flags = kernel::number_in_network_order((*found)[NFTA_SET_FLAGS]).value_or(0);
  const bool is_of_table = kernel::header_of<nfgenmsg>(message).nfgen_family == table.family &&
                           kernel::text_of((*found)[NFTA_SET_TABLE]) == table.name;
  const bool has_ranges = (flags & NFT_SET_INTERVAL) != 0;
  if (!is_of_table || (flags & NFT_SET_ANONYMOUS) == 0 || (has_ranges && (flags & NFT_SET_CONCAT) != 0))
    return std::nullopt;
  return NftSetHead{kernel::text_of((*found)[NFTA_SET_NAME]), has_ranges};
}

/// It is the one that begins last at or before the value, unless that has ended by then. The kernel orders
/// keys byte by byte.
const NftElement* find_range(const NftSet& set, const std::vector<std::uint8_t>& value) {
  const NftElement* last = nullptr;
  for (const NftElement& element : set.elements) {
    if (element.key.size() != value.size() || value < element.key)
      continue;
    const bool is_later = last == nullptr || last->key < element.key;
    if (is_later || (last->key == element.key && last->ends_range)) // one begins where another has ended
      last = &element;
  }
  return last == nullptr || last->ends_range ? nullptr : last;
}

// nft list set FAMILY TABLE SET
Result<std::vector<NftElement>> list_nft_elements(kernel::Netlink& netlink, const NftTable& table,
                                                  const std::string& set) {
  using Elements = std::vector<NftElement>;
  const kernel::Message message = nft_request(NFT_MSG_GETSETELEM, table.family);
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_TABLE, table.name.c_str());
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_SET, set.c_str());
  const auto parse = [](const nlmsghdr& answer) { return std::optional{parse_nft_elements(answer)}; };
  TRY(auto parts,
      netlink.list<Elements>(message, parse, "cannot read set " + set + " of table " + table.name));
  Elements all;
  for (Elements& part : parts)
    std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

// nft list sets table FAMILY TABLE
Result<NftSets> list_nft_rule_sets(kernel::Netlink& netlink, const NftTable& table) {
  const kernel::Message message = nft_request(NFT_MSG_GETSET, table.family);
  (void)nla_put_string(message.get(), NFTA_SET_TABLE, table.name.c_str());
  const auto parse = [&table](const nlmsghdr& answer) { return parse_nft_rule_set(answer, table); };
  TRY(auto heads, netlink.list<NftSetHead>(message, parse, "cannot list the sets of table " + table.name));
  NftSets sets;
  for (const NftSetHead& head : heads) {
    auto elements = list_nft_elements(netlink, table, head.name);
    if (!elements && elements.error().kind() == ErrorKind::missing)
      continue; // its rule has gone meanwhile
    TRY(auto found, std::move(elements));
    sets.emplace(head.name, NftSet{std::move(found), head.has_ranges});
  }
  return sets;
}

} // namespace vdeup::firewall
