#pragma once

#include "base/capability.hpp"

namespace vdeup::process {

/// Make the effective identity the only one, for good, as settle_identity() does, and keep these capabilities
/// and no others, through exec as well and whoever the user is (the ambient set, capabilities(7)). No program
/// that is executed later gives more (no_new_privs). Between fork and exec, by who is permitted them.
/// Async-signal-safe. Returns 0, or an errno value: EPERM if one of them is not permitted.
[[nodiscard]] int settle_identity_keeping(const Capabilities& capabilities);

} // namespace vdeup::process
