#include "vde/session.hpp"

namespace vdeup::vde {

Result<Session> Session::open(const Scope& scope, const Deadline& deadline) {
  TRY(auto console, connect_to_owner(scope, deadline));
  TRY(auto state, interrogate(console, scope, deadline));
  return Session{std::move(console), std::move(state)};
}

} // namespace vdeup::vde
