#pragma once

#include "managers/runtime_files.hpp"
#include "model/nic_manager.hpp"

#include <chrono>

namespace vdeup::managers {

/// Remove our files for devices that are not there: of a TAP that its owner deleted, who may not write below
/// /run, or of a call that died. `age` is how old a file has to be, for others mark their devices before they
/// make them. What cannot be removed stays: the next call tries again.
void remove_left_behind(RuntimeFiles& files, NicManager::Kind manager,
                        std::chrono::seconds age = std::chrono::minutes{1});

} // namespace vdeup::managers
