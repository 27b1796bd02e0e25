#pragma once

#include "model/network.hpp"

#include <vector>

namespace vdeup::kernel {

/// Find the processes of this network namespace that have a TAP open, by /proc/PID/fdinfo (tun(4) has no
/// call for it). Processes that we may not look at are not found: without root those of other users.
[[nodiscard]] std::vector<TapHolder> find_tap_holders(const IfName& tap);

} // namespace vdeup::kernel
