#include "vde/session.hpp"

#include "vde/reports.hpp"

#include <fmt/format.h>

namespace vdeup::vde {

Result<Session> Session::open(const Scope& scope, const Deadline& deadline) {
  TRY(auto console, connect_to_owner(scope, deadline));
  if (!console)
    return fail(Error{ErrorKind::missing,
                      fmt::format("cannot connect to {}", scope.sockets.mgmt.str()),
                      "no switch listens there",
                      {}});
  TRY(auto state, interrogate(*console, scope, deadline));
  return Session{*std::move(console), std::move(state)};
}

Result<Observation> observe(const Scope& scope, const Deadline& deadline) {
  std::optional<Console> console;
  TRY(auto state, inspect(scope, deadline, &console));
  Observation observed{.state = state};
  if (console)
    observed.session = Session{*std::move(console), std::move(state)};
  return observed;
}

Result<> Session::refresh(const Scope& scope, const Deadline& deadline) {
  return read_ports(m_console, scope, m_state, deadline);
}

Result<std::vector<LearntAddress>> Session::learnt(const Deadline& deadline) {
  TRY(auto reply, m_console.command("hash/print", deadline));
  return parse_learnt(reply.lines);
}

Result<> Session::settle(const Deadline& deadline) {
  TRY(m_console.command("showinfo", deadline)); // the answer does not matter, only that it came
  return ok();
}

} // namespace vdeup::vde
