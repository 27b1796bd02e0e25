#pragma once

#include "base/deadline.hpp"
#include "model/network.hpp"
#include "vde/console.hpp"

#include <optional>

namespace vdeup::vde {

/// How long a console may take for all that one look at a switch needs.
inline constexpr std::chrono::seconds k_console_timeout{3};

/// Look at the switch of a scope and prove who it is. The caller acts as the owner.
///
/// Alive means: the process behind the management socket is the owner's or root's (SO_PEERCRED), says the
/// same pid of itself, serves this very socket directory, and lives in our network namespace.
/// `kept` gets the console of a switch that is alive; see Session for what it proves.
/// Errors: refused for what must not be used; see check_sockets().
[[nodiscard]] Result<Switch> inspect(const Scope& scope, const Deadline& deadline,
                                     std::optional<Console>* kept = nullptr);

/// Connect to the management socket of a scope, and make sure that the process behind it is the owner's or
/// root's and lives in our network namespace. Errors: as Console::connect; refused if it is not.
[[nodiscard]] Result<Console> connect_to_owner(const Scope& scope, const Deadline& deadline);

/// Read from an open console what the switch says of itself, and hold it against what the kernel says.
[[nodiscard]] Result<Switch> interrogate(Console& console, const Scope& scope, const Deadline& deadline);

/// Read from an open console that has been greeted what is at the ports of the switch now.
[[nodiscard]] Result<> read_ports(Console& console, const Scope& scope, Switch& found,
                                  const Deadline& deadline);

} // namespace vdeup::vde
