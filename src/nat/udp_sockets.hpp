#pragma once

#include "model/ip_address.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vdeup::nat {

/// A UDP socket that is bound to an address of this host.
struct UdpSocket {
  IpAddress local; ///< all zeros: every address
  std::uint16_t port = 0;
  uid_t owner = 0; ///< who has opened it
};

/// Read a line of /proc/net/udp or udp6. Pure; nothing if it is another one.
[[nodiscard]] std::optional<UdpSocket> parse_udp_socket(std::string_view line);

/// List the UDP sockets in this network namespace. Every user may, also where the kernel has no udp_diag, as
/// list_connections() needs it; what cannot be read is not there.
[[nodiscard]] std::vector<UdpSocket> list_udp_sockets();

/// Whose socket has a port of an IPv4 address, or of all addresses; nothing if it is free.
[[nodiscard]] std::optional<uid_t> find_udp_owner(const IpAddress& address, std::uint16_t port);

/// True if a socket of the owner's waits for DNS at the gateway of a private network.
[[nodiscard]] bool is_served(const IpAddress& gateway4, uid_t owner);

} // namespace vdeup::nat
