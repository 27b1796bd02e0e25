#include "kernel/nft_set.hpp"

#include "kernel/attributes.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

namespace vdeup::kernel {
namespace {

bool is_of_type(const nlmsghdr& message, int type) {
  return message.nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | type);
}

std::optional<NftElement> read_element(nlattr* element) {
  const auto found = parse_nest<NFTA_SET_ELEM_MAX>(element);
  const Bytes key = bytes_of(parse_nest<NFTA_DATA_MAX>(found[NFTA_SET_ELEM_KEY])[NFTA_DATA_VALUE]);
  if (key.empty())
    return std::nullopt;
  NftElement read{.key = {key.begin(), key.end()}};
  if (nlattr* verdict = parse_nest<NFTA_DATA_MAX>(found[NFTA_SET_ELEM_DATA])[NFTA_DATA_VERDICT])
    read_verdict(verdict, read.action, read.target);
  return read;
}

} // namespace

std::vector<NftElement> parse_nft_elements(const nlmsghdr& message) {
  std::vector<NftElement> elements;
  const auto found = parse_message<NFTA_SET_ELEM_LIST_MAX, nfgenmsg>(message);
  nlattr* list = found ? (*found)[NFTA_SET_ELEM_LIST_ELEMENTS] : nullptr;
  if (!is_of_type(message, NFT_MSG_NEWSETELEM) || list == nullptr)
    return elements;
  auto* element = static_cast<nlattr*>(nla_data(list));
  for (int left = nla_len(list); nla_ok(element, left) != 0; element = nla_next(element, &left))
    if (auto read = read_element(element))
      elements.push_back(std::move(*read));
  return elements;
}

std::optional<std::string> parse_nft_rule_set(const nlmsghdr& message, const NftTable& table) {
  const auto found = parse_message<NFTA_SET_MAX, nfgenmsg>(message);
  if (!is_of_type(message, NFT_MSG_NEWSET) || !found)
    return std::nullopt;
  const auto flags = number_in_network_order((*found)[NFTA_SET_FLAGS]).value_or(0);
  const bool is_of_table = header_of<nfgenmsg>(message).nfgen_family == table.family &&
                           text_of((*found)[NFTA_SET_TABLE]) == table.name;
  if (!is_of_table || (flags & NFT_SET_ANONYMOUS) == 0 || (flags & NFT_SET_INTERVAL) != 0)
    return std::nullopt;
  return text_of((*found)[NFTA_SET_NAME]);
}

// nft list set FAMILY TABLE SET
Result<std::vector<NftElement>> list_nft_elements(Netlink& netlink, const NftTable& table,
                                                  const std::string& set) {
  using Elements = std::vector<NftElement>;
  const Message message = nft_request(NFT_MSG_GETSETELEM, table.family);
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
Result<NftSets> list_nft_rule_sets(Netlink& netlink, const NftTable& table) {
  const Message message = nft_request(NFT_MSG_GETSET, table.family);
  (void)nla_put_string(message.get(), NFTA_SET_TABLE, table.name.c_str());
  const auto parse = [&table](const nlmsghdr& answer) { return parse_nft_rule_set(answer, table); };
  TRY(auto names, netlink.list<std::string>(message, parse, "cannot list the sets of table " + table.name));
  NftSets sets;
  for (const std::string& name : names) {
    auto elements = list_nft_elements(netlink, table, name);
    if (!elements && elements.error().kind == ErrorKind::missing)
      continue; // its rule has gone meanwhile
    TRY(auto found, std::move(elements));
    sets.emplace(name, std::move(found));
  }
  return sets;
}

} // namespace vdeup::kernel
