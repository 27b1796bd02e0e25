#include "kernel/reach_question.hpp"

#include "base/unique_fd.hpp"
#include "engine/probe_frame.hpp"

#include <fmt/format.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace vdeup::kernel {
namespace {

constexpr int k_max_packets = 256; // of others' packets, before the clock is looked at again

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// An echo request or reply of ICMP or ICMPv6, with eight bytes of data.
struct EchoPacket {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint16_t checksum = 0;
  std::uint16_t identifier = 0;
  std::uint16_t number = 0;
  std::array<std::uint8_t, 8> random{};
};
static_assert(sizeof(EchoPacket) == 16);

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_ip6()) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&six.sin6_addr, address.bytes6().data(), sizeof(six.sin6_addr));
    std::memcpy(&result.storage, &six, sizeof(six));
    result.size = sizeof(six);
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    const auto bytes = address.bytes4();
    std::memcpy(&four.sin_addr, bytes.data(), sizeof(four.sin_addr));
    std::memcpy(&result.storage, &four, sizeof(four));
    result.size = sizeof(four);
  }
  return result;
}

std::optional<IpAddress> to_ip_address(const SocketAddress& address) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address.storage);
  IpAddress::Bytes4 four{};
  IpAddress::Bytes6 six{};
  if (address.storage.ss_family == AF_INET) {
    std::copy_n(bytes + offsetof(sockaddr_in, sin_addr), four.size(), four.begin());
    return IpAddress{four};
  }
  if (address.storage.ss_family != AF_INET6)
    return std::nullopt;
  std::copy_n(bytes + offsetof(sockaddr_in6, sin6_addr), six.size(), six.begin());
  return IpAddress{six};
}

/// A socket of this kind, bound to nothing yet.
Result<UniqueFd> open_socket(int family, int type, int protocol, const IpAddress& address) {
  UniqueFd opened{::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol)};
  if (!opened)
    return fail(errno_error(errno, "cannot ask " + address.str()));
  return opened;
}

class NeighbourQuestion final : public Question {
 public:
  NeighbourQuestion(UniqueFd socket, const MacAddress& mac, const IpAddress& address)
      : m_socket(std::move(socket)),
        m_frame(engine::who_has_frame(mac, address)),
        m_mac(mac),
        m_address(address) {}

  void ask() override { (void)::send(m_socket.get(), m_frame.data(), m_frame.size(), 0); }
  int fd() const override { return m_socket.get(); }
  bool is_answered() override {
    for (int i = 0; i < k_max_packets; ++i) {
      engine::Frame frame(ETH_FRAME_LEN);
      const ssize_t size = ::recv(m_socket.get(), frame.data(), frame.size(), 0);
      if (size < 0)
        return false;
      frame.resize(static_cast<std::size_t>(size));
      if (engine::parse_owner(frame, m_mac, m_address))
        return true;
    }
    return false;
  }

 private:
  UniqueFd m_socket;
  engine::Frame m_frame;
  MacAddress m_mac;
  IpAddress m_address;
};

/// Random bytes in each request make sure that a reply is to this request: not to another target's, to one of
/// an earlier observation, or to another program's. The socket is not connected: a route may come later.
class EchoQuestion final : public Question {
 public:
  EchoQuestion(UniqueFd socket, const IpAddress& address, const EchoPacket& packet)
      : m_socket(std::move(socket)),
        m_to(to_socket_address(address, 0)),
        m_address(address),
        m_packet(packet) {}

  void ask() override {
    m_packet.type = m_address.is_ip6() ? std::uint8_t{ICMP6_ECHO_REQUEST} : std::uint8_t{ICMP_ECHO};
    ++m_packet.number;
    m_packet.checksum = 0;
    if (!m_address.is_ip6()) // the kernel computes that of ICMPv6
      m_packet.checksum = htons(
          engine::internet_checksum({reinterpret_cast<const std::uint8_t*>(&m_packet), sizeof(m_packet)}));
    (void)::sendto(m_socket.get(), &m_packet, sizeof(m_packet), 0, m_to.get(), m_to.size);
  }
  int fd() const override { return m_socket.get(); }
  bool is_answered() override {
    for (int i = 0; i < k_max_packets; ++i) {
      std::array<std::uint8_t, 128> bytes{};
      SocketAddress from{.size = sizeof(sockaddr_storage)};
      const ssize_t size = ::recvfrom(m_socket.get(), bytes.data(), bytes.size(), 0, from.get(), &from.size);
      if (size < 0)
        return false;
      if (to_ip_address(from) == m_address && is_reply(Bytes{bytes}.first(static_cast<std::size_t>(size))))
        return true;
    }
    return false;
  }

 private:
  [[nodiscard]] bool is_reply(Bytes bytes) const {
    // IPv4 has its header in front, which says its length itself.
    const std::size_t begin = m_address.is_ip6() || bytes.empty() ? 0 : (bytes[0] & 0x0fU) * 4U;
    EchoPacket reply{};
    if (bytes.size() < begin + sizeof(reply))
      return false;
    std::memcpy(&reply, &bytes[begin], sizeof(reply));
    return reply.type == (m_address.is_ip6() ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) && reply.code == 0 &&
           reply.identifier == m_packet.identifier && reply.random == m_packet.random;
  }

  UniqueFd m_socket;
  SocketAddress m_to;
  IpAddress m_address;
  EchoPacket m_packet;
};

/// The kernel repeats what is lost. Only an attempt that has failed is begun anew.
class ConnectQuestion final : public Question {
 public:
  ConnectQuestion(const IpAddress& address, std::uint16_t port)
      : m_family(address.is_ip6() ? AF_INET6 : AF_INET), m_address(to_socket_address(address, port)) {}

  void ask() override {
    if (m_socket)
      return;
    m_socket.reset(::socket(m_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(m_socket.get(), m_address.get(), m_address.size) < 0 && errno != EINPROGRESS)
      m_socket.reset();
  }
  int fd() const override { return m_socket.get(); }
  std::int16_t events() const override { return POLLOUT; }
  bool is_answered() override {
    int error = 0;
    socklen_t size = sizeof(error);
    const bool is_asked = ::getsockopt(m_socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0;
    m_socket.reset();
    return is_asked && error == 0;
  }

 private:
  int m_family;
  SocketAddress m_address;
  UniqueFd m_socket{};
};

} // namespace

Result<std::unique_ptr<Question>> make_neighbour_question(const Device& device, const MacAddress& mac,
                                                          const IpAddress& address) {
  const std::uint16_t protocol = htons(address.is_ip6() ? ETH_P_IPV6 : ETH_P_ARP);
  // With protocol 0 nothing comes in before it is bound to the interface.
  TRY(auto socket, open_socket(AF_PACKET, SOCK_RAW, 0, address));
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  at.sll_protocol = protocol;
  at.sll_ifindex = static_cast<int>(device.index);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) < 0)
    return fail(errno_error(errno, "cannot ask through " + device.name.str()));
  return std::make_unique<NeighbourQuestion>(std::move(socket), mac, address);
}

Result<std::unique_ptr<Question>> make_echo_question(const IpAddress& address) {
  const bool is_ip6 = address.is_ip6();
  TRY(auto socket, open_socket(is_ip6 ? AF_INET6 : AF_INET, SOCK_RAW,
                               is_ip6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP}, address));
  EchoPacket packet{};
  if (::getrandom(&packet.identifier, sizeof(packet.identifier), 0) < 0 ||
      ::getrandom(packet.random.data(), packet.random.size(), 0) < 0)
    return fail(errno_error(errno, "cannot ask " + address.str()));
  return std::make_unique<EchoQuestion>(std::move(socket), address, packet);
}

Result<std::unique_ptr<Question>> make_connect_question(const IpAddress& address, std::uint16_t port) {
  return std::make_unique<ConnectQuestion>(address, port);
}

} // namespace vdeup::kernel
