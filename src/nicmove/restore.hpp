#pragma once

#include "engine/host.hpp"

#include <vector>

namespace vdeup::nicmove {

/// Carry out all of these steps, also when some fail: what comes back is worth having without the rest.
/// Returns what could not be done. Nothing here waits for another process or reads a file but under
/// /proc/sys.
[[nodiscard]] std::vector<Error> restore(engine::LinkHost& links, const std::vector<LinkStep>& steps);

} // namespace vdeup::nicmove
