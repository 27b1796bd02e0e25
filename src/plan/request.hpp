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
  std::optional<IfName> bridge{}; ///< -b; none: choose
  bool force = false;             ///< -f
  bool by_root = true;            ///< the caller is root and needs no sudo in front of a command

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
};

/// Choose the bridge (design §6): the one asked for; else in alphabetical order the first with an external
/// port, else the first that no container engine or libvirt owns; else a new one.
///
/// `host_seed` (the machine id) makes the address of a new bridge unique among hosts and stable on this one.
/// Errors: refused if the name belongs to something that is not a bridge.
[[nodiscard]] Result<BridgeChoice> choose_bridge(const std::optional<IfName>& wanted,
                                                 const std::vector<Link>& links, std::string_view host_seed);

/// The lowest `tapN` that no link has.
[[nodiscard]] Result<IfName> free_tap_name(const std::vector<Link>& links);

/// Put what was asked for into the form of a network: the desired state.
[[nodiscard]] Result<Network> desire(const Request& request, const BridgeChoice& choice,
                                     const Network& observed, const std::vector<Link>& links);

} // namespace vdeup::plan
