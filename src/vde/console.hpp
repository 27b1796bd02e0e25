#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/names.hpp"
#include "vde/console_reply.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace vdeup::vde {

/// The process at the other end of a socket, from SO_PEERCRED (unix(7)). For a listening daemon these are the
/// ids it had when it called listen(2). A pid of 0 is in another PID namespace.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};

/// A session on the management console of one switch.
///
/// A client can make the switch run any code (`plugin/add FILE`), so only its owner may connect: it is opened
/// only for sockets that inspect() found to be the owner's.
class Console {
 public:
  /// Connect, without waiting for the greeting. Returns nothing if there is no socket, or no listener.
  /// Errors: not_permitted, timed_out.
  [[nodiscard]] static Result<std::optional<Console>> connect(const SocketPath& path,
                                                              const Deadline& deadline);

  [[nodiscard]] Peer peer() const { return m_peer; }

  /// Wait for banner and prompt. Errors: timed_out; failed for other text.
  [[nodiscard]] Result<> greet(const Deadline& deadline);

  /// Send one command (at most 120 bytes, one line) and wait for its answer.
  /// Errors: timed_out; failed if the answer is not valid, or its status is not 0.
  [[nodiscard]] Result<Reply> command(std::string_view text, const Deadline& deadline);

  /// Ask the switch to end. Its answer is the end of the session.
  [[nodiscard]] Result<> shutdown(const Deadline& deadline);

 private:
  Console(UniqueFd fd, Peer peer) : m_fd(std::move(fd)), m_peer(peer) {}
  [[nodiscard]] Result<std::string> exchange(std::string_view text, const Deadline& deadline);
  [[nodiscard]] Result<std::string> receive(const Deadline& deadline);

  UniqueFd m_fd;
  Peer m_peer;
};

/// Connect to a stream socket under a deadline. Returns nothing if there is no socket, or no listener.
[[nodiscard]] Result<std::optional<UniqueFd>> connect_stream(const std::string& path,
                                                             const Deadline& deadline);

} // namespace vdeup::vde
