#pragma once

#include "firewall/packet_filter.hpp"
#include "kernel/attributes.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vdeup::firewall {

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

/// Read a verdict (NFTA_DATA_VERDICT) into a rule or an element. Pure.
void read_verdict(nlattr* verdict, Action& action, std::string& target);

/// Say what the expressions of a rule (NFTA_RULE_EXPRESSIONS) do to such frames. Pure.
[[nodiscard]] FilterRule judge_nft_rule(nlattr* expressions, std::uint8_t family, const Frames& frames,
                                        const NftSets& sets);

} // namespace vdeup::firewall
