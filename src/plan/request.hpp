#pragma once

#include "model/link.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::plan {

/// What a caller asks for, after parsing and configuration.
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
  /// Make a new TAP in the place of a broken switch's (manual page, create). Without it one that waits is
  /// used again, which takes no privilege.
  bool fresh_tap = false;
  bool by_root = true; ///< the caller is root and needs no sudo in front of a command

  /// The command line for people that does `verb` to this very switch: `sudo vdeup create -u acue`. With
  /// `as_root` it is for a change that takes root.
  [[nodiscard]] std::string command(std::string_view verb, bool as_root) const;
};

/// The name of the bridge that vdeup makes when the host has none that is suitable (manual page, -b).
inline constexpr std::string_view k_default_bridge = "ctysbr0";

/// A bridge to use, and the sentence that tells the user why this one.
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

/// Hold -i against the bridge that was chosen: for one that exists it says nothing, and the reason tells so.
/// Errors: missing if there is no such NIC; refused if a bridge would have to be made over it, and the
/// request may not move one.
[[nodiscard]] Result<> consider_interface(const Request& request, const std::vector<Link>& links,
                                          BridgeChoice& choice);

/// The bridge that a request names: -b, or the one that the NIC of -i is a port of already.
[[nodiscard]] std::optional<IfName> named_bridge(const Request& request, const std::vector<Link>& links);

/// The bridges that can be suitable, in alphabetical order: none that a container engine or libvirt owns
/// unless it has a port to the outside.
[[nodiscard]] std::vector<const Link*> suitable_bridges(const std::vector<Link>& links);

/// True for a port that leads out of this host, as far as its kind tells: not a VM, a container or one of
/// ours.
[[nodiscard]] bool leads_outside(const Link& port);

/// The lowest `tapN` that no link has.
[[nodiscard]] Result<IfName> free_tap_name(const std::vector<Link>& links);

} // namespace vdeup::plan
