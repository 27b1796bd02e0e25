#pragma once

#include "model/connection.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace vdeup::dependents {

/// Lookups in the connections of a host. Keeps a reference to them.
class SocketTable {
 public:
  explicit SocketTable(const std::vector<Connection>& connections);

  /// The sockets with one of these inodes.
  [[nodiscard]] std::vector<const Connection*> with_inodes(const std::vector<std::uint64_t>& inodes) const;
  /// The connection in SSH_CONNECTION (`PEER PORT LOCAL PORT`); null if it is closed.
  [[nodiscard]] const Connection* named(std::string_view ssh_connection) const;
  /// Connections that this host has accepted: a socket listens at their port.
  [[nodiscard]] std::vector<const Connection*> accepted() const;
  /// Established connections to a port of this host.
  [[nodiscard]] std::vector<const Connection*> to_port(std::uint16_t port) const;
  /// The socket at the other end, if it is on this host.
  [[nodiscard]] const Connection* other_end(const Connection& connection) const;
  [[nodiscard]] bool is_accepted(const Connection& connection) const;

 private:
  const std::vector<Connection>& m_all;
  std::set<std::uint16_t> m_listened;
};

/// The address and port of the peer in SSH_CONNECTION.
[[nodiscard]] std::optional<SocketAddress> peer_in(std::string_view ssh_connection);

} // namespace vdeup::dependents
