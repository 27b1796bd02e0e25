#include "vde/session.hpp"

namespace vdeup::vde {

Result<Session> Session::open(const Scope& scope, const Deadline& deadline) {
  TRY(auto console, Console::connect(scope.sockets.mgmt, deadline));
  TRY(auto state, interrogate(console, scope, deadline));
  return Session{std::move(console), std::move(state)};
}

} // namespace vdeup::vde
