#pragma once

#include "nicmove/watchdog.hpp"

namespace vdeup::nicmove {

/// The watchdog's life, in its own process, after fork(2). `line` leads to the mover, `mover` is its pidfd.
/// Its exit status is 0 if nothing was to be taken back, or all was.
[[noreturn]] void watch_over(Watch watch, UniqueFd line, UniqueFd mover);

} // namespace vdeup::nicmove
