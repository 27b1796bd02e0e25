#pragma once

#include "firewall/packet_filter.hpp"
#include "kernel/attributes.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vdeup::firewall {

using kernel::Bytes;
using kernel::bytes_of;
using kernel::number_in_network_order;
using kernel::parse_nest;
using kernel::text_of;

/// A table of nf_tables.
struct NftTable {
  std::uint8_t family = 0; ///< NFPROTO_*
  std::string name;
  auto operator<=>(const NftTable&) const = default;
};

/// A rule as the kernel lists it.
struct NftRule {
  NftTable table;
  std::string chain;
  std::vector<std::uint8_t> expressions; ///< what is in NFTA_RULE_EXPRESSIONS
};

/// An element of a set, or of a map from keys to verdicts.
struct NftElement {
  std::vector<std::uint8_t> key; ///< as the kernel compares it; empty: all that no other element is for
  bool ends_range = false;       ///< the key is the first one behind a range
  Action action = Action::proceed;
  std::string target{}; ///< of jump and go_to
};

struct NftSet {
  std::vector<NftElement> elements{};
  bool has_ranges = false; ///< an element is the beginning of a range or what is behind it
};

/// The sets of a table, by their names.
using NftSets = std::map<std::string, NftSet>;

/// The value, or the verdict, in a nest of NFTA_DATA_*.
[[nodiscard]] Bytes value_in(nlattr* data);
[[nodiscard]] nlattr* verdict_in(nlattr* data);

/// Read a verdict (NFTA_DATA_VERDICT) into a rule or an element. Pure.
void read_verdict(nlattr* verdict, Action& action, std::string& target);

/// Evaluate a rule for such frames, with the sets of its table. Pure.
[[nodiscard]] FilterRule evaluate_nft_rule(const NftRule& rule, const Frames& frames, const NftSets& sets);

/// Call `read` with each attribute in a block of them.
template <class Read>
void for_each_attribute(kernel::Bytes block, Read read) {
  auto* attribute = const_cast<nlattr*>(reinterpret_cast<const nlattr*>(block.data())); // libnl is not const
  for (int left = static_cast<int>(block.size()); nla_ok(attribute, left) != 0;
       attribute = nla_next(attribute, &left))
    read(attribute);
}

} // namespace vdeup::firewall
