#pragma once

#include "managers/persist.hpp"
#include "model/nic.hpp"
#include "model/nic_manager.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

/// A configuration for one tool, and how the tool is told of it.
struct Persistence {
  std::string tool;
  std::vector<ConfigFile> files;
  std::string command;
};

/// Describe the bridge that is to have all that a NIC has: what is leased or told by a router as such, the
/// rest as it is. Name servers are not the NIC's, and are left out. Pure.
[[nodiscard]] BridgeConfiguration describe_bridge(const NicSnapshot& nic, const IfName& bridge,
                                                  const std::vector<NicManager>& managers);

/// Write it for the tool that manages the NIC; for systemd-networkd if nobody is known to. Pure.
/// Errors: refused for a name that would be syntax in such a file.
[[nodiscard]] Result<Persistence> persist(const BridgeConfiguration& bridge,
                                          const std::vector<NicManager>& managers);

} // namespace vdeup::managers
