#pragma once

#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::plan {

/// The facts for the choice of an uplink.
struct UplinkFacts {
  std::string no_devices{};                ///< why the caller cannot make TAPs and bridges; empty if it can
  std::optional<Tap> waiting_tap{};        ///< made for this switch and not in use
  std::optional<IfName> private_network{}; ///< the bridge of this switch's private network
  std::optional<IfName> bridge{};          ///< the first bridge with a port to the outside, or made by vdeup
  std::optional<IfName> no_way_out{};      ///< the first bridge without such a port
  std::string no_nat{};                    ///< why a private network cannot be made; empty if it can
  bool has_slirp = true;                   ///< the programs for user-mode NAT are installed
};

/// An uplink, and the reason for people.
struct UplinkChoice {
  UplinkKind kind = UplinkKind::bridge;
  std::string reason;
};

/// Find the facts that depend on links: bridges, and a TAP of this switch that is not in use.
[[nodiscard]] UplinkFacts find_uplink_facts(const Scope& scope, const std::vector<Link>& links,
                                            const std::vector<Tap>& taps);

/// True if an existing bridge or private network can be used, so that the other facts are not needed.
[[nodiscard]] bool has_bridge(const UplinkFacts& facts);

/// Choose the uplink of a new network: an existing bridge, if the caller can use it; else a private network,
/// which needs privileges too; else user-mode NAT, which needs none. No NIC is moved.
[[nodiscard]] UplinkChoice choose_uplink(const UplinkFacts& facts);

} // namespace vdeup::plan
