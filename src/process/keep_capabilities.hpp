#pragma once

#include "base/capability.hpp"

namespace vdeup::process {

/// Make the effective identity the only one, as settle_identity() does, and keep only these capabilities,
/// also after exec (ambient set, capabilities(7)). Programs that are executed later gain no others
/// (no_new_privs). For use between fork and exec; async-signal-safe. Returns 0 or an errno value: EPERM if a
/// capability is not permitted.
[[nodiscard]] int settle_identity_keeping(const Capabilities& capabilities);

} // namespace vdeup::process
