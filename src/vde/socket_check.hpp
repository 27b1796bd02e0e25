#pragma once

#include "base/result.hpp"
#include "model/network.hpp"

#include <optional>

namespace vdeup::vde {

/// The files at the two paths of a switch.
struct SocketFiles {
  std::optional<SwitchAccess> access{}; ///< by the directory's mode and group, if vdeup makes such ones
  bool has_dir = false;
  bool has_ctl = false;
  bool has_mgmt = false;
};

/// Check the paths of a switch before their use, without following symbolic links: everybody may be able to
/// write to the directory above them.
/// Errors: refused for a symbolic link, another kind of file, another owner than the scope's or root, or a
/// mode that admits more than the owner, or than a group to attach VMs (SwitchAccess::Kind::shared).
[[nodiscard]] Result<SocketFiles> check_sockets(const Scope& scope);

/// Name the `ctl` socket inside the directory.
[[nodiscard]] std::string ctl_path(const SwitchSockets& sockets);

} // namespace vdeup::vde
