#pragma once

#include "nicmove/requester.hpp"
#include "privilege/access_rules.hpp"
#include "privilege/caller.hpp"
#include "privilege/nic_request.hpp"

#include <functional>
#include <optional>

namespace vdeup::privilege {

/// Executes the requests that need root, in the monitor only (privilege/nic_monitor.hpp).
///
/// No request is trusted: the NIC is observed here, and the move is planned, proven and, if that fails,
/// rolled back here. Errors: refused, naming the line of the policy or the reasons against the move; those of
/// nicmove::MoveService.
class NicRequestHandler {
 public:
  NicRequestHandler(Caller caller, AccessRules rules)
      : m_caller(std::move(caller)), m_rules(std::move(rules)) {}

  /// The client that waits for the reply.
  struct Client {
    std::function<void(const std::string&)> tell; ///< for people
    std::function<Result<>()> check_connected;    ///< as in nicmove::Requester
  };

  /// Execute a request. Returns nothing if no move was made: it was rehearsed or confirmed, or a waiting one
  /// was rolled back.
  [[nodiscard]] Result<std::optional<MovedNic>> execute(const NicRequest& request, Client client) const;

 private:
  Caller m_caller;
  AccessRules m_rules;
};

} // namespace vdeup::privilege
