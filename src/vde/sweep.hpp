#pragma once

#include "base/result.hpp"
#include "model/network.hpp"

namespace vdeup::vde {

/// Remove what a switch that is gone has left: `ctl`, port and client sockets, the directory, the management
/// socket. The caller acts as the owner, holds the lock of the switch, and knows that nobody listens.
///
/// Only sockets of the owner are removed; anything else stays, and then the directory stays too.
/// Errors: failed if something of ours could not be removed.
[[nodiscard]] Result<> sweep(const Scope& scope);

} // namespace vdeup::vde
