#include "kernel/announce.hpp"

#include "engine/probe_frame.hpp"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

namespace vdeup::kernel {

Result<Announcer> Announcer::open() {
  UniqueFd socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)}; // 0: it receives nothing
  if (!socket)
    return fail(errno_error(errno, "cannot open a packet socket"));
  return Announcer{std::move(socket)};
}

Result<> Announcer::announce(const Device& device, const MacAddress& mac,
                             const std::vector<IpAddress>& addresses) const {
  for (const IpAddress& address : addresses) {
    const engine::Frame frame = engine::announcement(mac, address);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(device.index);
    const auto* where = reinterpret_cast<const sockaddr*>(&to);
    const ssize_t sent =
        ::sendto(m_socket.get(), frame.data(), frame.size(), MSG_DONTWAIT, where, sizeof(to));
    // Without these announcements, neighbours learn the address from its next reply.
    if (sent < 0 && errno != ENETDOWN && errno != ENOBUFS && errno != EAGAIN)
      return fail(errno_error(errno, "cannot announce " + address.str() + " on " + device.name.str()));
  }
  return ok();
}

} // namespace vdeup::kernel
