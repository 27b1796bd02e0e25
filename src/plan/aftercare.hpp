#pragma once

#include "model/nic_manager.hpp"
#include "plan/persist.hpp"

#include <string>
#include <vector>

namespace vdeup::plan {

/// What makes a manager leave a NIC alone that was moved under it: files, and the command that makes it read
/// them. To be done after the move and never before: a networkd that is told to leave a NIC takes its
/// addresses and routes off it, and after the move there are none left to take. To give the NIC back, move it
/// back first, then remove the files and give the command again.
struct Aftercare {
  std::vector<ConfigFile> files;
  std::string command;
};

/// Work out the aftercare for those managers of a NIC for which there is one that was seen to hold: a
/// systemd-networkd with a static configuration. With a lease there is none: networkd would give it back.
/// Errors: as networkd_unmanaged().
[[nodiscard]] Result<std::vector<Aftercare>> aftercare(const std::vector<NicManager>& managers,
                                                       const IfName& nic, const IfName& bridge);

} // namespace vdeup::plan
