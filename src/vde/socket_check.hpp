#pragma once

#include "base/result.hpp"
#include "model/network.hpp"

#include <optional>

namespace vdeup::vde {

/// What stands at the two paths of a switch.
struct SocketFiles {
  std::optional<SwitchAccess> access{}; ///< what the directory's mode and group say, if it is one of ours
  bool has_dir = false;
  bool has_ctl = false;
  bool has_mgmt = false;
};

/// Look at the paths of a switch without following symbolic links, before anything there is used.
///
/// The directory that holds them can be writable by everybody, so what we find may be a trap.
/// Errors: refused for a symbolic link, another kind of file, another owner (root's is accepted), or a mode
/// that lets in more than the owner, or than a group to attach VMs (SwitchAccess::Kind::shared); nothing is
/// changed.
[[nodiscard]] Result<SocketFiles> check_sockets(const Scope& scope);

/// Name the `ctl` socket inside the directory.
[[nodiscard]] std::string ctl_path(const SwitchSockets& sockets);

} // namespace vdeup::vde
