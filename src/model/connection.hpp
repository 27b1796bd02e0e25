#pragma once

#include "model/ip_address.hpp"

#include <sys/types.h>

#include <cstdint>

namespace vdeup {

/// One end of a connection.
struct SocketAddress {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

/// A TCP or UDP socket of this network namespace, as the kernel lists it. An IPv4 address that is written in
/// IPv6 (::ffff:192.0.2.1) is given as IPv4.
struct Connection {
  enum class Protocol { tcp, udp };
  Protocol protocol = Protocol::tcp;
  SocketAddress local;
  SocketAddress remote; ///< all zeros: of nobody in particular
  bool is_established = false;
  bool is_listener = false;
  std::uint32_t interface = 0; ///< index of the interface that it is bound to, or 0
  std::uint64_t inode = 0;     ///< as /proc/PID/fd shows it; 0: no process has it any more
  uid_t uid = 0;               ///< who made it
};

} // namespace vdeup
