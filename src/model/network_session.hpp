#pragma once

#include "model/connection.hpp"

#include <optional>
#include <string>

namespace vdeup {

/// A login from elsewhere that the caller works in, and that would be cut off with its connection.
struct NetworkSession {
  std::string server;                  ///< the program that serves it: sshd
  std::optional<SocketAddress> peer{}; ///< none: it is known to be remote, but not from where
  std::optional<IpAddress> local{};    ///< the address of this host that the peer speaks to
  std::uint32_t interface = 0;         ///< index of the interface that the connection is bound to, or 0
  std::uint32_t route = 0; ///< index of the interface that the kernel reaches the peer through; 0: none
  std::string evidence;    ///< how it was found, for people
};

} // namespace vdeup
