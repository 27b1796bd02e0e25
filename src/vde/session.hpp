#pragma once

#include "vde/console.hpp"
#include "vde/inspect.hpp"

#include <optional>
#include <vector>

namespace vdeup::vde {

struct Observation;

/// A moment in which VMs can be attached to a switch safely, and what the switch looks like in it. Held by
/// whoever has the lock of the switch, until the last VM is attached.
///
/// vde_switch 2.3.2 has a flaw here: when any connection to it ends between the accept of a client and the
/// client's request, it forgets which port the client's control stream belongs to, and the port is never
/// freed when the VM ends. So no connection of ours may end in that time. The console of a session answers
/// commands that were given after all earlier connections were closed, which proves that the switch has dealt
/// with their end; and it stays open itself until all is done.
class Session {
 public:
  /// Open a session. The caller acts as the owner. Errors: as interrogate(), missing if there is no switch.
  [[nodiscard]] static Result<Session> open(const Scope& scope, const Deadline& deadline);

  [[nodiscard]] const Switch& state() const { return m_state; }

  /// Look again at what is at its ports. Errors: as interrogate().
  [[nodiscard]] Result<> refresh(const Scope& scope, const Deadline& deadline);

  /// List the addresses that the switch has learnt.
  [[nodiscard]] Result<std::vector<LearntAddress>> learnt(const Deadline& deadline);

  /// Wait until the switch has dealt with the end of every connection that was closed before.
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
