#pragma once

#include "base/identity.hpp"
#include "model/ip_address.hpp"
#include "model/names.hpp"
#include "vde/attach.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The least that a guest does in a network, without a guest: frames by hand, at a port of the switch.
namespace uplink_lab {

using Frame = std::vector<std::uint8_t>;

/// A client of the owner's switch.
class Client {
 public:
  /// Attach as the user; the attachment has to succeed. `number` makes the address.
  Client(const vdeup::Identity& user, const std::string& directory, unsigned number);

  /// Ask for an address by DHCP, discover and request; nothing if no server answers within a second.
  [[nodiscard]] std::optional<std::string> lease() const;

  /// Send a datagram from this address of the network behind slirp to UDP port 7 of a host outside, until the
  /// same text comes back. False if it does not within some seconds.
  [[nodiscard]] bool hears_echo(const std::string& own, const std::string& other,
                                const std::string& text) const;

 private:
  [[nodiscard]] std::optional<Frame> exchange(const Frame& question, std::uint16_t port) const;

  vdeup::MacAddress m_mac;
  vdeup::vde::Attachment m_port;
};

} // namespace uplink_lab
