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
  std::vector<std::uint32_t> default_routes{}; ///< indexes of the links they lead out of, the preferred first
};

/// The NIC for a new bridge.
struct NicChoice {
  Link nic;
  std::string reason;               ///< why this one, for people
  std::optional<IfName> bridge{};   ///< it is a port of this bridge already, which is then to be used
  std::vector<std::string> notes{}; ///< what the user should know of it
};

/// Say why a link cannot be moved into a bridge, or should not be; nothing if it can. Pure. A port of a
/// bridge cannot: ask bridge_of() first.
[[nodiscard]] std::optional<Objection> object_to_link(const Link& nic, const HostLinks& host);

/// The bridge that a link is a port of.
[[nodiscard]] std::optional<IfName> bridge_of(const Link& nic, const std::vector<Link>& links);

/// Choose the NIC: the one asked for (-i), else the first that can be moved: of those with a default route,
/// then of the physical ones by index. Pure.
///
/// A Wi-Fi station with the preferred default route is not passed over: a bridge over another NIC would not
/// lead where its user expects.
/// Errors: missing if there is none; refused with the reason, unless `force` and the reason yields to it.
[[nodiscard]] Result<NicChoice> choose_nic(const std::optional<IfName>& wanted, bool force,
                                           const HostLinks& host);

/// The NIC that is given back with the end of a bridge of ours: the one port that is left of it and has its
/// address. Nothing if there is none, or another one. Pure.
[[nodiscard]] std::optional<IfName> nic_in(const Bridge& bridge, const std::vector<Link>& links,
                                           const std::vector<std::string>& leaving);

} // namespace vdeup::nicmove
