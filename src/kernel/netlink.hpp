#pragma once

#include "base/result.hpp"

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <linux/netlink.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::kernel {

struct FreeSocket {
  void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

/// A netlink message under construction.
using Message = std::unique_ptr<nl_msg, FreeMessage>;

/// Make an empty message. Flags as in netlink(7); NLM_F_REQUEST is implied.
[[nodiscard]] Message make_message(int type, int flags);

/// A netlink socket, for links and addresses if nothing else is said. One request at a time; every answer is
/// read before the next request. Errors are the kernel's own: the code and, where it gives one, the text of
/// the ACK.
class Netlink {
 public:
  /// Open a socket of a protocol (NETLINK_* in linux/netlink.h). missing: this kernel does not have it.
  [[nodiscard]] static Result<Netlink> open(int protocol = NETLINK_ROUTE);

  /// Called once for each message of an answer.
  using Receiver = std::function<void(const nlmsghdr&)>;

  /// Send a request and wait for its acknowledgement. `what` names it in an error.
  [[nodiscard]] Result<> request(const Message& message, const std::string& what);

  /// Send a query and give each message of the answer to `receive`. conflict: the answer may not be whole.
  [[nodiscard]] Result<> query(const Message& message, const Receiver& receive, const std::string& what);

  /// Ask for a list and collect what `parse` makes of each message, a std::optional<T>. Where things come and
  /// go, the kernel says that a list may not be whole: then it is asked again.
  template <class T, class Parse>
  [[nodiscard]] Result<std::vector<T>> list(const Message& message, Parse parse, const std::string& what) {
    std::vector<T> found;
    const Receiver receive = [&](const nlmsghdr& answer) {
      if (std::optional<T> one = parse(answer))
        found.push_back(std::move(*one));
    };
    for (int attempt = 1;; ++attempt) {
      found.clear();
      auto listed = query(message, receive, what);
      if (listed)
        return found;
      if (!is_retryable(listed.error().kind()) || attempt == k_max_attempts)
        return fail(std::move(listed).error());
    }
  }

 private:
  static constexpr int k_max_attempts = 50;

  Netlink(std::unique_ptr<nl_sock, FreeSocket> socket, int protocol)
      : m_socket(std::move(socket)), m_protocol(protocol) {}
  std::unique_ptr<nl_sock, FreeSocket> m_socket;
  int m_protocol;
};

} // namespace vdeup::kernel
