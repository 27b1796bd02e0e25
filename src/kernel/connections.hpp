#pragma once

#include "base/result.hpp"
#include "model/connection.hpp"

#include <linux/netlink.h>

#include <optional>
#include <vector>

namespace vdeup::kernel {

/// Read a SOCK_DIAG_BY_FAMILY message. Pure; nothing if it is another one or too short.
[[nodiscard]] std::optional<Connection> parse_connection(const nlmsghdr& message,
                                                         Connection::Protocol protocol);

/// List the sockets that wait for or have a connection: TCP of listeners and of established connections, and
/// all of UDP. Every user may ask.
[[nodiscard]] Result<std::vector<Connection>> list_connections();

} // namespace vdeup::kernel
