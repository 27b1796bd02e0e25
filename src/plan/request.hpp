#pragma once

#include "model/link.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::plan {

/// A caller's request, after parsing and configuration.
struct Request {
  Scope scope;
  std::optional<IfName> bridge{};       ///< -b; none: choose
  std::optional<IfName> interface {};   ///< -i: the NIC for a new bridge
  bool without_nic = false;             ///< -i none: a new bridge gets none
  bool may_move_nic = false;            ///< a new bridge gets a NIC (create); else -i is refused for one
  std::optional<SwitchAccess> access{}; ///< -g, --share, -u USER.GROUP; none: as it is, or for the owner only
  std::optional<UplinkKind> uplink{};   ///< --uplink; none: whatever serves, or else the best that can be had
  std::vector<Forward> forwards{};      ///< --forward
  bool force = false;                   ///< -f
  /// Replace the TAP of a broken switch (manual page, create). Otherwise an existing one is reused, which
  /// takes no privilege.
  bool fresh_tap = false;
  bool by_root = true; ///< the caller is root and needs no sudo in front of a command

  /// A command line for hints that runs `verb` for this switch: `sudo vdeup create -u acue`. `as_root` is for
  /// a command that needs root.
  [[nodiscard]] std::string command(std::string_view verb, bool as_root) const;
};

/// The name of the bridge that vdeup makes when the host has none that is suitable (manual page, -b).
inline constexpr std::string_view k_default_bridge = "ctysbr0";

/// A bridge to use, and the reason for people.
struct BridgeChoice {
  Bridge bridge;
  bool exists = false;
  std::string reason;
  std::optional<PrivateNetwork> network{}; ///< of a bridge that is to be one
};

/// Choose the bridge: the one requested; else in alphabetical order the first with an external
/// port, else the first that no container engine or libvirt owns; else a new one.
///
/// `host_seed` (the machine id) makes the address of a new bridge unique among hosts and stable on this one.
/// Errors: refused if the name belongs to something that is not a bridge.
[[nodiscard]] Result<BridgeChoice> choose_bridge(const std::optional<IfName>& wanted,
                                                 const std::vector<Link>& links, std::string_view host_seed);

/// Apply -i to the bridge that was chosen. If the bridge exists, -i has no effect and the reason says so.
/// Errors: missing if there is no such NIC; refused if the bridge is to be made and the request may not move
/// a NIC.
[[nodiscard]] Result<> consider_interface(const Request& request, const std::vector<Link>& links,
                                          BridgeChoice& choice);

/// The bridge that a request names: -b, or the one that the NIC of -i is a port of already.
[[nodiscard]] std::optional<IfName> named_bridge(const Request& request, const std::vector<Link>& links);

/// The suitable bridges in alphabetical order: those of container engines and libvirt only if they have an
/// external port.
[[nodiscard]] std::vector<const Link*> suitable_bridges(const std::vector<Link>& links);

/// True for a port that is not a VM's, a container's or vdeup's, by its kind.
[[nodiscard]] bool leads_outside(const Link& port);
/// True for a bridge with such a port.
[[nodiscard]] bool has_external_port(const Link& bridge, const std::vector<Link>& links);

/// The lowest `tapN` that no link has.
[[nodiscard]] Result<IfName> free_tap_name(const std::vector<Link>& links);

} // namespace vdeup::plan
