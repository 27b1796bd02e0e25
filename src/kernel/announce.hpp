#pragma once

#include "base/unique_fd.hpp"
#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Make the frame that tells everybody on the cable where an address is: a gratuitous ARP request (RFC 5227,
/// 3), or an unsolicited neighbour advertisement that overrides what they know (RFC 4861, 7.2.6). Pure.
[[nodiscard]] std::vector<std::uint8_t> announcement(const IpAddress& address, const MacAddress& mac);

/// Tells the neighbours of an interface where addresses are. Opened before there is something to tell, so
/// that nothing but sending is left to do then. Not closed before its owner has time: that takes the kernel
/// some milliseconds.
class Announcer {
 public:
  [[nodiscard]] static Result<Announcer> open();

  [[nodiscard]] Result<> announce(const Device& device, const MacAddress& mac,
                                  const std::vector<IpAddress>& addresses) const;

 private:
  explicit Announcer(UniqueFd socket) : m_socket(std::move(socket)) {}
  UniqueFd m_socket;
};

} // namespace vdeup::kernel
