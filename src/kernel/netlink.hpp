#pragma once

#include "base/result.hpp"

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <functional>
#include <memory>
#include <string>

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

/// A route netlink socket. One request at a time; every answer is read before the next request.
/// Errors are the kernel's own: the code and, where it gives one, the text of the ACK.
class Netlink {
 public:
  [[nodiscard]] static Result<Netlink> open();

  /// Called once for each message of an answer.
  using Receiver = std::function<void(const nlmsghdr&)>;

  /// Send a request and wait for its acknowledgement. `what` names it in an error.
  [[nodiscard]] Result<> request(const Message& message, const std::string& what);

  /// Send a query and give each message of the answer to `receive`. conflict: the answer may not be whole.
  [[nodiscard]] Result<> query(const Message& message, const Receiver& receive, const std::string& what);

 private:
  explicit Netlink(std::unique_ptr<nl_sock, FreeSocket> socket) : m_socket(std::move(socket)) {}
  std::unique_ptr<nl_sock, FreeSocket> m_socket;
};

} // namespace vdeup::kernel
