#pragma once

#include "managers/bridge_configuration.hpp"

namespace vdeup::managers {

/// The file that makes a bridge over a NIC permanent. Pure. Errors: refused for a name that would be syntax.
[[nodiscard]] Result<std::vector<ConfigFile>> netplan_files(const BridgeConfiguration& bridge);

} // namespace vdeup::managers
