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
// 1. To move a NIC takes root, and not CAP_NET_ADMIN alone: the record of the way back must be nobody else's
//    to write, the watchdog nobody else's to kill, and whose logins are at stake can be seen by root only. So
//    where root starts the helper, and the policy has a line that lets the caller move a NIC, a process of
//    root's stays beside the one that serves: the monitor.
// 2. It never hears the caller. It reads requests from the helper, which has read and understood them first,
//    reads them just as strictly, and checks them by the policy itself: a helper that the caller has taken
//    over gets no more than the caller.
// 3. It has the capabilities that this takes and no others (kernel/capabilities.hpp), and starts no program.
// 4. It ends when the helper does. A move that is under way then is not kept; one that waits to be confirmed
//    goes on to wait, as it does when its user's login breaks off.

/// The helper's end of it.
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
