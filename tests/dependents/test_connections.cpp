// The kernel's list of sockets, against sockets that the test itself opens.

#include "base/unique_fd.hpp"
#include "kernel/connections.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

using namespace vdeup;

namespace {

std::uint64_t inode_of(const UniqueFd& fd) {
  struct stat status {};
  REQUIRE(::fstat(fd.get(), &status) == 0);
  return status.st_ino;
}

std::optional<Connection> find(std::uint64_t inode) {
  const auto all = kernel::list_connections();
  REQUIRE(all);
  const auto found =
      std::find_if(all.value().begin(), all.value().end(),
                   [inode](const Connection& connection) { return connection.inode == inode; });
  return found == all.value().end() ? std::nullopt : std::optional{*found};
}

template <class Address>
std::uint16_t bind_to(const UniqueFd& fd, Address address) {
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  socklen_t size = sizeof(address);
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  if constexpr (std::is_same_v<Address, sockaddr_in6>)
    return ntohs(address.sin6_port);
  else
    return ntohs(address.sin_port);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

} // namespace

TEST_CASE("connections: one over IPv4 to a listener for IPv6 is listed as IPv4 at both ends", "[guard]") {
  const UniqueFd listener{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const std::uint16_t port = bind_to(listener, any);
  REQUIRE(::listen(listener.get(), 1) == 0);
  const UniqueFd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const sockaddr_in to = loopback(port);
  REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
  const UniqueFd accepted{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  REQUIRE(accepted);

  const auto server = find(inode_of(accepted));
  const auto other = find(inode_of(client));
  REQUIRE(server);
  REQUIRE(other);
  CHECK(server->is_established);
  CHECK(server->local == SocketAddress{IpAddress::parse("127.0.0.1").value(), port});
  CHECK(server->local == other->remote);
  CHECK(server->remote == other->local);
  CHECK(server->uid == ::geteuid());
  const auto waiting = find(inode_of(listener));
  REQUIRE(waiting);
  CHECK(waiting->is_listener);
  CHECK_FALSE(waiting->is_established);
  CHECK(waiting->local.port == port);
}

TEST_CASE("connections: a UDP socket without a peer is listed", "[guard]") {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const std::uint16_t port = bind_to(socket, loopback(0));
  const auto found = find(inode_of(socket));
  REQUIRE(found);
  CHECK(found->protocol == Connection::Protocol::udp);
  CHECK(found->local.port == port);
  CHECK_FALSE(found->is_established);
}
