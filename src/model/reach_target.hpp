#pragma once

#include "model/ip_address.hpp"

#include <cstdint>
#include <string>

namespace vdeup {

/// Somebody whose answer proves that this host reaches the outside.
struct ReachTarget {
  enum class How {
    neighbour, ///< answers on the cable: ARP, or neighbour discovery
    echo,      ///< answers ICMP echo
    connect,   ///< accepts a TCP connection
  };
  How how = How::neighbour;
  IpAddress address;
  std::uint16_t port = 0; ///< of TCP
  std::string who{};      ///< for people: "the gateway"
  bool operator==(const ReachTarget&) const = default;

  /// "the gateway 192.0.2.1", "192.0.2.7 port 22"
  [[nodiscard]] std::string str() const;
};

} // namespace vdeup
