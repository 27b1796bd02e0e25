#include "firewall/nft_set.hpp"

#include "kernel/attributes.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace vdeup::firewall {
namespace {

// nft's own numbers for the types of values in sets (nftables' datatype.h): six bits each, several in a
// concatenation. The kernel only keeps them.
constexpr std::uint32_t k_type_of_names = 41;
constexpr unsigned k_bits_of_type = 6;
constexpr std::uint32_t k_mask_of_type = 0x3f;

bool has_names(std::uint32_t key_type) {
  for (; key_type != 0; key_type >>= k_bits_of_type)
    if ((key_type & k_mask_of_type) == k_type_of_names)
      return true;
  return false;
}

std::optional<NftElement> read_element(nlattr* element) {
  const auto found = parse_nest<NFTA_SET_ELEM_MAX>(element);
  const Bytes key = value_in(found[NFTA_SET_ELEM_KEY]);
  const auto flags = number_in_network_order(found[NFTA_SET_ELEM_FLAGS]).value_or(0);
  if (key.empty() && (flags & NFT_SET_ELEM_CATCHALL) == 0)
    return std::nullopt;
  NftElement read{.key = {key.begin(), key.end()}, .ends_range = (flags & NFT_SET_ELEM_INTERVAL_END) != 0};
  if (nlattr* verdict = verdict_in(found[NFTA_SET_ELEM_DATA]))
    read_verdict(verdict, read.action, read.target);
  return read;
}

} // namespace

std::vector<NftElement> read_elements(const NftElementLists& lists) {
  std::vector<NftElement> elements;
  for (const auto& list : lists)
    for_each_attribute(list, [&elements](nlattr* element) {
      if (auto read = read_element(element))
        elements.push_back(std::move(*read));
    });
  return elements;
}

std::optional<NftElementLists::value_type> parse_nft_elements(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_SET_ELEM_LIST_MAX>(message, NFT_MSG_NEWSETELEM);
  if (!found)
    return std::nullopt;
  const Bytes list = bytes_of((*found)[NFTA_SET_ELEM_LIST_ELEMENTS]);
  return NftElementLists::value_type{list.begin(), list.end()};
}

std::optional<NftSetHead> parse_nft_set(const nlmsghdr& message) {
  const auto found = parse_nft<NFTA_SET_MAX>(message, NFT_MSG_NEWSET);
  if (!found)
    return std::nullopt;
  const auto flags = number_in_network_order((*found)[NFTA_SET_FLAGS]).value_or(0);
  const auto key_type = number_in_network_order((*found)[NFTA_SET_KEY_TYPE]).value_or(0);
  const bool has_ranges = (flags & NFT_SET_INTERVAL) != 0;
  const bool is_of_rule = (flags & NFT_SET_ANONYMOUS) != 0;
  return NftSetHead{.table = table_of(message, (*found)[NFTA_SET_TABLE]),
                    .name = text_of((*found)[NFTA_SET_NAME]),
                    .has_ranges = has_ranges,
                    .is_of_rule = is_of_rule && !(has_ranges && (flags & NFT_SET_CONCAT) != 0),
                    .holds_names = has_names(key_type)};
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
Result<NftElementLists> list_nft_elements(kernel::Netlink& netlink, const NftTable& table,
                                          const std::string& set) {
  const kernel::Message message = nft_request(NFT_MSG_GETSETELEM, table.family);
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_TABLE, table.name.c_str());
  (void)nla_put_string(message.get(), NFTA_SET_ELEM_LIST_SET, set.c_str());
  return netlink.list<NftElementLists::value_type>(message, parse_nft_elements,
                                                   "cannot read set " + set + " of table " + table.name);
}

} // namespace vdeup::firewall
