#pragma once

#include "vde/console.hpp"
#include "vde/inspect.hpp"

#include <optional>
#include <vector>

namespace vdeup::vde {

struct Observation;

/// A console session during which VMs can be attached safely, and the state of the switch at its start. Only
/// the holder of the switch's lock has one, until the last VM is attached.
///
/// vde_switch 2.3.2 has a bug: when any connection to it ends between the accept of a client and the client's
/// request, it forgets the port of the client's control stream, and never frees the port. So no connection of
/// ours may end in that time. When the session's console answers a command, the switch has processed the end
/// of every connection that was closed before; and the console stays open until all VMs are attached.
class Session {
 public:
  /// Open a session. The caller acts as the owner. Errors: as interrogate(), missing if there is no switch.
  [[nodiscard]] static Result<Session> open(const Scope& scope, const Deadline& deadline);

  [[nodiscard]] const Switch& state() const { return m_state; }

  /// Read the ports again. Errors: as interrogate().
  [[nodiscard]] Result<> refresh(const Scope& scope, const Deadline& deadline);

  /// List the addresses that the switch has learnt.
  [[nodiscard]] Result<std::vector<LearntAddress>> learnt(const Deadline& deadline);

  /// Wait until the switch has processed the end of every connection that was closed before.
  [[nodiscard]] Result<> settle(const Deadline& deadline);

 private:
  friend Result<Observation> observe(const Scope& scope, const Deadline& deadline);
  Session(Console console, Switch state) : m_console(std::move(console)), m_state(std::move(state)) {}
  Console m_console;
  Switch m_state;
};

/// A switch as observed, and a session with it if it is alive.
struct Observation {
  Switch state;
  std::optional<Session> session{};
};

/// Observe the switch of a scope, and keep its console. Errors: as inspect().
[[nodiscard]] Result<Observation> observe(const Scope& scope, const Deadline& deadline);

} // namespace vdeup::vde
