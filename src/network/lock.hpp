#pragma once

#include "vde/switch_lock.hpp"

#include <chrono>
#include <optional>

namespace vdeup::network {

/// How long a command that changes something waits for others.
inline constexpr std::chrono::seconds k_lock_patience{30};

/// Take the lock of a scope's switch, as its owner. Errors: as SwitchLock::acquire.
[[nodiscard]] Result<vde::SwitchLock> lock_switch(const Scope& scope,
                                                  std::chrono::milliseconds patience = k_lock_patience);

/// Share the lock, for a command that only observes. Waits at most two seconds, then observes without it.
[[nodiscard]] std::optional<vde::SwitchLock> share_switch(const Scope& scope);

/// Release the lock after nothing was made: remove its file if it is new or protects no switch.
void release_unused(vde::SwitchLock lock, const Scope& scope);

} // namespace vdeup::network
