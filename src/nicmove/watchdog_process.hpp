#pragma once

#include "nicmove/watchdog.hpp"

namespace vdeup::nicmove {

/// Run as the watchdog, in a child process. `line` leads to the mover, `mover` is its pidfd. Exits with 0 if
/// the move was kept or completely rolled back.
[[noreturn]] void run_watchdog(WatchdogTask task, UniqueFd line, UniqueFd mover);

namespace line {

// Messages between mover and watchdog, and on the socket for confirmations: one byte each; `await` is
// followed by a number.

// From the watchdog.
inline constexpr char ready = 'r';    ///< it watches
inline constexpr char kept = 'k';     ///< the move is kept
inline constexpr char expired = 'x';  ///< not confirmed in time: undo it
inline constexpr char rejected = 'n'; ///< the user rejects it: undo it
inline constexpr char not_yet = 'w';  ///< the move is not proven and waits for no confirmation

// From the mover.
inline constexpr char keep = 'K';
inline constexpr char await = 'A'; ///< with the seconds to wait
inline constexpr char undone = 'U';

// From `vdeup confirm` and `vdeup undo`.
inline constexpr char yes = 'y';
inline constexpr char no = 'n';

} // namespace line
} // namespace vdeup::nicmove
