#pragma once

#include "managers/persist.hpp"
#include "model/nic_manager.hpp"

#include <vector>

namespace vdeup::managers {

/// Where a manager looks for files that count until the next boot.
[[nodiscard]] const char* directory_of(NicManager::Kind manager);

/// The files by which it leaves devices alone. Errors: refused for a name that would be syntax in one.
[[nodiscard]] Result<std::vector<ConfigFile>> files_of(NicManager::Kind manager,
                                                       const std::vector<IfName>& devices);

} // namespace vdeup::managers
