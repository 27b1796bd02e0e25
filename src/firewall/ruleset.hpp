#pragma once

#include "base/result.hpp"
#include "firewall/legacy_blob.hpp"
#include "firewall/nft_set.hpp"

#include <vector>

namespace vdeup::firewall {

/// The packet filter rules of this host, read once and evaluated as often as needed.
struct Ruleset {
  struct Set {
    NftSetHead head;
    NftElementLists elements;
  };
  std::vector<NftChain> chains{};   ///< base chains of active tables
  std::vector<NftRule> rules{};     ///< of all tables of nf_tables
  std::vector<Set> sets{};          ///< those that belong to one rule, and those of interface names
  std::vector<LegacyBlob> legacy{}; ///< tables of the older iptables; none if only root may list them
};

/// Read all rules of nf_tables and of the older iptables. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<Ruleset> read_ruleset();

} // namespace vdeup::firewall
