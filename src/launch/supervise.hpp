#pragma once

#include "launch/launch.hpp"
#include "network/world.hpp"

namespace vdeup::launch {

/// Run the program of a launch as a child, stand in for it until it ends, and then end as it did: for `--rm`,
/// which has something to do afterwards, and `--reconnect`, which has something to do meanwhile.
/// Returns only if the program could not be run.
[[nodiscard]] Result<int> supervise(Launch launch, const network::World& world);

/// Give back what a launch holds, because it is over or will not be: its ports and TAPs, and with `--rm` what
/// was made for it. What goes wrong is told to the log.
void wind_up(Launch& launch, const network::World& world);

} // namespace vdeup::launch
