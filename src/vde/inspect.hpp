#pragma once

#include "base/deadline.hpp"
#include "model/network.hpp"
#include "vde/console.hpp"

#include <optional>

namespace vdeup::vde {

/// The timeout for one observation of a switch.
inline constexpr std::chrono::seconds k_console_timeout{3};

/// Observe the switch of a scope and verify its identity. The caller acts as the owner.
///
/// Alive means: the process behind the management socket is the owner's or root's (SO_PEERCRED), reports the
/// same pid, serves this socket directory, and is in our network namespace.
/// `kept` gets the console of a switch that is alive; see Session for what it proves.
/// Errors: refused for paths and processes that must not be used; see check_sockets().
[[nodiscard]] Result<Switch> inspect(const Scope& scope, const Deadline& deadline,
                                     std::optional<Console>* kept = nullptr);

/// Connect to the management socket of a scope, and verify that its process is the owner's or root's and in
/// our network namespace. Returns nothing, and errors, as Console::connect; refused if it is not.
[[nodiscard]] Result<std::optional<Console>> connect_to_owner(const Scope& scope, const Deadline& deadline);

/// Read the state of the switch from an open console, and compare it with the kernel's facts.
[[nodiscard]] Result<Switch> interrogate(Console& console, const Scope& scope, const Deadline& deadline);

/// Read the ports of the switch from an open console, after its greeting.
[[nodiscard]] Result<> read_ports(Console& console, const Scope& scope, Switch& found,
                                  const Deadline& deadline);

} // namespace vdeup::vde
