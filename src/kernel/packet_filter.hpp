#pragma once

#include "model/host_facts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vdeup::kernel {

// What nf_tables and the older xtables have in common, as far as it decides about one kind of frame: one that
// comes from the bridge asked about and goes to it. A rule is reduced to what it does to such frames when it
// is read; what we do not understand is never taken for an accept.

/// The bridge whose frames are looked at.
struct BridgeName {
  std::array<char, 16> padded{}; ///< with zeros to the kernel's IFNAMSIZ
  std::uint32_t index = 0;       ///< 0: there is no such bridge (yet)
};

[[nodiscard]] BridgeName make_bridge_name(const std::string& name, std::uint32_t index);

/// Do the conditions of a rule hold for such frames: for none, for all, or only for some (or unknown)?
enum class Holds { never, sometimes, always };

/// What a rule does to frames that it holds for.
enum class Action {
  proceed, ///< nothing that matters here
  accept,
  drop, ///< or reject
  jump,
  go_to, ///< like jump, but what comes back from there is not seen by the rest of this chain
  come_back,
  unknown, ///< may end their way or not
};

struct FilterRule {
  Holds holds = Holds::always;
  Action action = Action::proceed;
  std::string target{}; ///< of jump and go_to
  bool masquerades = false;

  /// Add a condition; all have to hold.
  void require(Holds condition) { holds = std::min(holds, condition); }
};

/// A chain that the kernel itself calls.
struct BaseChain {
  enum class Role { forward_filter, postrouting_nat };
  Role role = Role::forward_filter;
  std::string name;
  bool drops = false; ///< its policy
};

struct FilterTable {
  using Chains = std::map<std::string, std::vector<FilterRule>>;

  ForwardFilter::Tool tool = ForwardFilter::Tool::nftables; ///< what it was made with
  std::string family;                                       ///< as nft(8) writes it
  std::string name;
  std::vector<BaseChain> base_chains{};
  Chains chains{}; ///< those that have rules
};

/// What packet filters do to frames of the bridge.
struct PacketFilters {
  std::vector<ForwardFilter> forward{}; ///< those that drop what none of their rules accepts
  bool masquerades = false;
};

/// Work out what a table does and add it.
void add_table(PacketFilters& filters, const FilterTable& table);

} // namespace vdeup::kernel
