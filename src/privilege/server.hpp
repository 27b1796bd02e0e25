#pragma once

#include "base/identity.hpp"
#include "privilege/request_handler.hpp"

#include <chrono>

namespace vdeup::privilege {

/// For how long a client may keep its helper waiting.
struct Patience {
  /// Without a word: longer than a switch takes to start or to stop between two steps.
  std::chrono::milliseconds silence{std::chrono::minutes{5}};
  /// With a reply that it does not read.
  std::chrono::milliseconds reply{std::chrono::seconds{10}};
};

/// Serve a client until it closes the channel: read a request, carry it out, reply. Signals that ask us to
/// end wait until a step is done. Errors: timed_out if it is silent for too long or does not read.
[[nodiscard]] Result<> serve(int channel, const Identity& caller, RequestHandler& handler,
                             const Patience& patience = {});

} // namespace vdeup::privilege
