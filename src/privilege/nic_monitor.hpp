#pragma once

#include "base/unique_fd.hpp"
#include "privilege/access_rules.hpp"
#include "privilege/caller.hpp"
#include "privilege/nic_request.hpp"

#include <functional>
#include <optional>

namespace vdeup::privilege {

// Theory of operation.
//
// 1. To move a NIC takes root, and not CAP_NET_ADMIN alone: only root may write the record of a move and kill
//    its watchdog, and only root can see all logins that depend on the NIC. So if root starts the helper, and
//    a line of the policy lets the caller move a NIC, a process of root stays beside the one that serves: the
//    monitor.
// 2. It never reads from the caller. The helper parses a request and sends it on; the monitor parses it just
// as
//    strictly, and checks it by the policy itself: a helper that the caller has taken over gets no more than
//    the caller.
// 3. It has the capabilities that this takes and no others (kernel/capabilities.hpp), and starts no program.
// 4. It ends when the helper does. A running move is then rolled back; one that waits to be confirmed goes on
//    waiting, as when its user's login ends.

/// The helper's client of the monitor.
class NicMonitor {
 public:
  /// Start one. To be called by root, before the helper gives up its privileges; in the only thread.
  [[nodiscard]] static Result<NicMonitor> start(const Caller& caller, const AccessRules& rules);

  /// Have it carry out a request for the client at the other end of `channel`. `tell` hears what is for
  /// people, on the way. Errors: as NicRequestHandler::execute(); failed if the monitor or the client has
  /// gone; timed_out.
  [[nodiscard]] Result<std::optional<MovedNic>> execute(const NicRequest& request, int channel,
                                                        const std::function<void(const std::string&)>& tell);

 private:
  explicit NicMonitor(UniqueFd line) : m_line(std::move(line)) {}
  [[nodiscard]] Result<std::optional<MovedNic>> ask(const NicRequest& request, int channel,
                                                    const std::function<void(const std::string&)>& tell,
                                                    bool& is_answered);
  UniqueFd
      m_line; ///< none once an answer has not come: a later one would be taken for that of another request
};

/// How long a request can take, and its answer.
[[nodiscard]] std::chrono::seconds patience_for(const NicRequest& request);

} // namespace vdeup::privilege
