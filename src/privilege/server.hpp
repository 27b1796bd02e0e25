#pragma once

#include "base/identity.hpp"
#include "privilege/menu.hpp"

#include <chrono>

namespace vdeup::privilege {

/// For how long a client may be silent: longer than a switch takes to start or to stop between two steps.
inline constexpr std::chrono::minutes k_longest_silence{5};

/// Serve a client until it closes the channel: read a request, carry it out, reply. Signals that ask us to
/// end wait until a step is done. Errors: timed_out if it is silent for too long or does not read.
[[nodiscard]] Result<> serve(int channel, const Identity& caller, Menu& menu,
                             std::chrono::milliseconds longest_silence = k_longest_silence);

} // namespace vdeup::privilege
