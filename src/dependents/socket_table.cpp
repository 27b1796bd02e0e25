#include "dependents/socket_table.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace vdeup::dependents {
namespace {

/// `ADDRESS` and `PORT`; a zone (`fe80::1%eth0`) is left out.
std::optional<SocketAddress> to_socket_address(std::string_view address, std::string_view port) {
  auto parsed = IpAddress::parse(address.substr(0, address.find('%')));
  const auto number = parse_number<std::uint16_t>(port);
  if (!parsed || !number)
    return std::nullopt;
  return SocketAddress{parsed.value(), *number};
}

} // namespace

SocketTable::SocketTable(const std::vector<Connection>& connections) : m_all(connections) {
  for (const Connection& connection : connections)
    if (connection.is_listener)
      m_listened.insert(connection.local.port);
}

std::vector<const Connection*> SocketTable::with_inodes(const std::vector<std::uint64_t>& inodes) const {
  std::vector<const Connection*> found;
  for (const Connection& connection : m_all)
    if (connection.inode != 0 && std::find(inodes.begin(), inodes.end(), connection.inode) != inodes.end())
      found.push_back(&connection);
  return found;
}

const Connection* SocketTable::named(std::string_view ssh_connection) const {
  const auto words = words_of(ssh_connection);
  constexpr std::size_t count = 4;
  if (words.size() != count)
    return nullptr;
  const auto peer = to_socket_address(words[0], words[1]);
  const auto local = to_socket_address(words[2], words[3]);
  const auto found = std::find_if(m_all.begin(), m_all.end(), [&](const Connection& connection) {
    return connection.protocol == Connection::Protocol::tcp && connection.is_established &&
           connection.remote == peer && connection.local == local;
  });
  return found == m_all.end() ? nullptr : &*found;
}

bool SocketTable::is_accepted(const Connection& connection) const {
  return connection.protocol == Connection::Protocol::tcp && connection.is_established &&
         m_listened.contains(connection.local.port);
}

std::vector<const Connection*> SocketTable::accepted() const {
  std::vector<const Connection*> found;
  for (const Connection& connection : m_all)
    if (is_accepted(connection) && other_end(connection) == nullptr)
      found.push_back(&connection);
  return found;
}

std::vector<const Connection*> SocketTable::to_port(std::uint16_t port) const {
  std::vector<const Connection*> found;
  for (const Connection& connection : m_all)
    if (connection.is_established && connection.local.port == port)
      found.push_back(&connection);
  return found;
}

const Connection* SocketTable::other_end(const Connection& connection) const {
  const auto found = std::find_if(m_all.begin(), m_all.end(), [&](const Connection& other) {
    return other.protocol == connection.protocol && other.is_established &&
           other.local == connection.remote && other.remote == connection.local;
  });
  return found == m_all.end() ? nullptr : &*found;
}

std::optional<SocketAddress> peer_in(std::string_view ssh_connection) {
  const auto words = words_of(ssh_connection);
  return words.size() < 2 ? std::nullopt : to_socket_address(words[0], words[1]);
}

} // namespace vdeup::dependents
