#pragma once

#include "managers/bridge_configuration.hpp"
#include "model/link.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::managers {

/// Find ifupdown, if interfaces(5) configures this interface or ifup has set it up.
[[nodiscard]] std::vector<NicManager> find_ifupdown(const FileTree& tree, const Link& nic);

/// The file that makes a bridge over a NIC permanent. Pure. Errors: refused for a name that would be syntax.
[[nodiscard]] Result<std::vector<ConfigFile>> ifupdown_files(const BridgeConfiguration& bridge);

} // namespace vdeup::managers
