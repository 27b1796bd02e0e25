#pragma once

#include "cli/launch.hpp"

namespace vdeup::cli {

/// Run the program of a launch as a child, stand in for it until it ends, and then end as it did: for `--rm`,
/// which has something to do afterwards, and `--reconnect`, which has something to do meanwhile.
/// Returns only if the program could not be run.
[[nodiscard]] Result<int> supervise(Launch launch, const Wiring& wiring);

} // namespace vdeup::cli
