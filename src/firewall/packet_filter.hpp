#pragma once

#include "model/host_facts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::firewall {

// What nf_tables and the older xtables have in common, as far as it decides about one kind of frame. A rule
// is reduced to its effect on such frames when it is read; an unknown condition never counts as an accept.

/// The interface that frames arrive or leave through.
struct FrameSide {
  std::array<char, 16> padded{}; ///< the interface's name with zeros to the kernel's IFNAMSIZ; empty: none
  std::uint32_t index = 0;       ///< 0: there is no such interface (yet)
  bool is_another = false;       ///< any interface but this one
};

[[nodiscard]] FrameSide make_frame_side(const std::string& name, std::uint32_t index);

// States of a connection, as nf_tables and xtables both have them in a mask.
inline constexpr std::uint32_t k_established = 2;
inline constexpr std::uint32_t k_new = 8;

/// A service of this host, over IPv4. Only the first packet of a client is evaluated.
struct Service {
  std::uint8_t protocol = 0; ///< IPPROTO_UDP or IPPROTO_TCP
  std::uint16_t port = 0;
};
inline constexpr std::uint8_t k_first_tcp_flags = 2; ///< SYN and no other, RFC 9293

/// The kind of frame that rules are evaluated for.
struct Frames {
  FrameSide in;
  FrameSide out;
  std::uint32_t state = 0;          ///< of their connection, one of those above; 0: any
  std::optional<Service> service{}; ///< their destination

  /// True if they go between ports of one bridge.
  [[nodiscard]] bool is_bridged() const {
    return in.padded == out.padded && !in.is_another && !out.is_another;
  }
};

/// Frames that a bridge forwards between its ports.
[[nodiscard]] Frames bridged_frames(const std::string& bridge, std::uint32_t index);

/// Whether a rule matches such frames: none, all, or only some of them (or unknown).
enum class Match { never, sometimes, always };

[[nodiscard]] constexpr Match match_if(bool condition) {
  return condition ? Match::always : Match::never;
}

/// The same for the opposite of a condition.
[[nodiscard]] constexpr Match opposite(Match match) {
  return match == Match::sometimes ? match : match_if(match == Match::never);
}

/// Compare the interface that frames arrive or leave through with a name. Without a zero at its end, it is
/// the beginning of a name.
[[nodiscard]] Match compare_name(const FrameSide& side, std::string_view name);

/// What a rule does to frames that it matches.
enum class Action {
  proceed, ///< go on with the next rule
  accept,
  drop, ///< or reject
  jump,
  go_to, ///< like jump, but what returns from there skips the rest of this chain
  return_to_caller,
  unknown, ///< may accept or drop
};

struct FilterRule {
  Match match = Match::always;
  Action action = Action::proceed;
  std::string target{}; ///< of jump and go_to
  bool masquerades = false;

  /// Add a condition; all have to match.
  void require(Match condition) { match = std::min(match, condition); }
};

/// A chain that the kernel itself calls.
struct BaseChain {
  enum class Role { input_filter, forward_filter, postrouting_nat };
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

/// The effect of packet filters on such frames: the chains that drop what none of their rules accepts.
struct PacketFilters {
  std::vector<ForwardFilter> input{}; ///< of what is for this host itself
  std::vector<ForwardFilter> forward{};
  bool masquerades = false;
};

/// Evaluate a table and add the result.
void add_table(PacketFilters& filters, const FilterTable& table);

} // namespace vdeup::firewall
