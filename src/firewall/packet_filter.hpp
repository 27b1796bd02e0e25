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
// is reduced to what it does to such frames when it is read; what we do not understand is never taken for an
// accept.

/// Where frames come in or go out.
struct FrameSide {
  std::array<char, 16> padded{}; ///< the interface's name with zeros to the kernel's IFNAMSIZ; empty: none
  std::uint32_t index = 0;       ///< 0: there is no such interface (yet)
  bool is_another = false;       ///< any interface but this one
};

[[nodiscard]] FrameSide make_frame_side(const std::string& name, std::uint32_t index);

// States of a connection, as nf_tables and xtables both have them in a mask.
inline constexpr std::uint32_t k_established = 2;
inline constexpr std::uint32_t k_new = 8;

/// What this host is asked for, over IPv4. What is looked at is the first packet of whoever asks.
struct Service {
  std::uint8_t protocol = 0; ///< IPPROTO_UDP or IPPROTO_TCP
  std::uint16_t port = 0;
};
inline constexpr std::uint8_t k_first_tcp_flags = 2; ///< SYN and no other, RFC 9293

/// The kind of frame that is looked at.
struct Frames {
  FrameSide in;
  FrameSide out;
  std::uint32_t state = 0;          ///< of their connection, one of those above; 0: any
  std::optional<Service> service{}; ///< where they go to

  /// True if they go from port to port of one bridge.
  [[nodiscard]] bool is_bridged() const {
    return in.padded == out.padded && !in.is_another && !out.is_another;
  }
};

/// Frames that a bridge hands on from port to port.
[[nodiscard]] Frames bridged_frames(const std::string& bridge, std::uint32_t index);

/// Do the conditions of a rule hold for such frames: for none, for all, or only for some (or unknown)?
enum class Holds { never, sometimes, always };

[[nodiscard]] constexpr Holds holds_if(bool condition) {
  return condition ? Holds::always : Holds::never;
}

/// The same for the opposite of a condition.
[[nodiscard]] constexpr Holds opposite(Holds holds) {
  return holds == Holds::sometimes ? holds : holds_if(holds == Holds::never);
}

/// Do frames come in, or go out, by an interface with this name? Without a zero at its end, it is what the
/// name begins with.
[[nodiscard]] Holds compare_name(const FrameSide& side, std::string_view name);

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

/// What packet filters do to such frames: the chains that drop what none of their rules accepts.
struct PacketFilters {
  std::vector<ForwardFilter> input{}; ///< of what is for this host itself
  std::vector<ForwardFilter> forward{};
  bool masquerades = false;
};

/// Work out what a table does and add it.
void add_table(PacketFilters& filters, const FilterTable& table);

} // namespace vdeup::firewall
