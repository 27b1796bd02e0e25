#pragma once

#include <string_view>

namespace vdeup::nicmove::line {

// What is said on the line between a mover and its watchdog, and on the socket for confirmations: one byte a
// message, and a number behind `await`.

// The watchdog's.
inline constexpr char ready = 'r';   ///< I watch
inline constexpr char kept = 'k';    ///< it is kept
inline constexpr char expired = 'x'; ///< nobody confirmed it: undo it
inline constexpr char refused = 'n'; ///< he does not want it: undo it
inline constexpr char not_yet = 'w'; ///< nobody is waited for, as long as it is not proven

// The mover's.
inline constexpr char keep = 'K';
inline constexpr char await = 'A'; ///< and for how many seconds
inline constexpr char undone = 'U';

// Of `vdeup confirm` and `vdeup undo`.
inline constexpr char yes = 'y';
inline constexpr char no = 'n';

} // namespace vdeup::nicmove::line
