#pragma once

#include "model/link.hpp"
#include "model/network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::nicmove {

/// A reason not to move a NIC into a bridge.
struct Objection {
  std::string cause;
  std::string hint;
  bool yields_to_force = false; ///< -f overrides it
};

/// The interfaces of a host.
struct HostLinks {
  std::vector<Link> links;
  std::vector<std::string> wifi_stations{};    ///< as HostFacts has them
  std::vector<std::uint32_t> default_routes{}; ///< indexes of their links, the preferred first
};

/// The NIC for a new bridge.
struct NicChoice {
  Link nic;
  std::string reason;               ///< why this one, for people
  std::optional<IfName> bridge{};   ///< it is a port of this bridge already
  std::vector<std::string> notes{}; ///< for people
};

/// Why a link cannot or should not be moved into a bridge; nothing if it can. Pure. A port of a bridge
/// cannot: use bridge_of() first.
[[nodiscard]] std::optional<Objection> object_to_link(const Link& nic, const HostLinks& host);

/// Choose the NIC: the one asked for (-i), else the first that can be moved: of those with a default route,
/// then of the physical ones by index. Pure.
///
/// A Wi-Fi station with the preferred default route is refused, not skipped: a bridge over another NIC would
/// lead to another network than the user expects.
/// Errors: missing if there is none; refused with the reason, unless `force` and the reason yields to it.
[[nodiscard]] Result<NicChoice> choose_nic(const std::optional<IfName>& wanted, bool force,
                                           const HostLinks& host);

/// The NIC in a bridge of vdeup: its only port besides `leaving`, with the bridge's MAC address. Nothing if
/// there is no such port, or another one. Pure.
[[nodiscard]] std::optional<IfName> nic_in(const Bridge& bridge, const std::vector<Link>& links,
                                           const std::vector<std::string>& leaving);

} // namespace vdeup::nicmove
