#pragma once

#include "managers/bridge_configuration.hpp"
#include "managers/runtime_files.hpp"

#include <chrono>
#include <vector>

namespace vdeup::managers {

/// Where a manager reads files that count until the next boot.
[[nodiscard]] const char* runtime_directory(NicManager::Kind manager);

/// The files by which it leaves devices alone. Errors: refused for a name that would be syntax in one.
[[nodiscard]] Result<std::vector<ConfigFile>> unmanaged_files(NicManager::Kind manager,
                                                              const std::vector<IfName>& devices);

/// Remove stale files of vdeup, whose devices do not exist: their owner, who may not write in /run, deleted
/// them, or a call died. Files younger than `age` stay, because other calls write them before they create
/// their devices. A file that cannot be removed stays for the next call.
void remove_stale_files(RuntimeFiles& files, NicManager::Kind manager,
                        std::chrono::seconds age = std::chrono::minutes{1});

} // namespace vdeup::managers
