#pragma once

#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::plan {

/// What the choice of an uplink depends on.
struct UplinkFacts {
  std::string no_devices{};                ///< why the caller may not make TAPs and bridges; empty: he may
  std::optional<Tap> waiting_tap{};        ///< one that was made for this switch and needs no privilege
  std::optional<IfName> private_network{}; ///< the bridge that is the private network of this switch
  std::optional<IfName> bridge{};          ///< the first bridge with a port to the outside, or made by vdeup
  std::optional<IfName> no_way_out{};      ///< the first bridge of others, where that is all that there is
  std::string no_nat{};                    ///< why there is no private network to be had; empty: there is
  bool has_slirp = true;                   ///< the programs for user-mode NAT are installed
};

/// An uplink, and the sentence that tells the user why this one and no better one.
struct UplinkChoice {
  UplinkKind kind = UplinkKind::bridge;
  std::string reason;
};

/// Take the facts that links tell: the bridges that are there, and a TAP that waits for the switch.
[[nodiscard]] UplinkFacts find_uplink_facts(const Scope& scope, const std::vector<Link>& links,
                                            const std::vector<Tap>& taps);

/// True if a rung that is there already can be had, a bridge or this switch's own private network: then the
/// others need no look.
[[nodiscard]] bool has_bridge(const UplinkFacts& facts);

/// Choose how a network that has to be made is to reach the outside: by a bridge that is there, if the caller
/// may use it; else by a private network, which takes privilege as well; else by user-mode NAT, which takes
/// none. A NIC is never moved for it.
[[nodiscard]] UplinkChoice choose_uplink(const UplinkFacts& facts);

} // namespace vdeup::plan
