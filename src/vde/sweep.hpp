#pragma once

#include "base/result.hpp"
#include "model/network.hpp"

namespace vdeup::vde {

/// Remove the stale files of a switch: `ctl`, port and client sockets, the directory, the management socket.
/// The caller acts as the owner, holds the lock of the switch, and knows that no process listens.
///
/// Only sockets of the owner are removed; other files stay, and the directory with them.
/// Errors: failed if a socket of the owner could not be removed.
[[nodiscard]] Result<> sweep(const Scope& scope);

} // namespace vdeup::vde
