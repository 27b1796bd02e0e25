#include "kernel/reach_question.hpp"

#include "base/unique_fd.hpp"
#include "engine/probe_frame.hpp"

#include <fmt/format.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace vdeup::kernel {
namespace {

constexpr int k_max_at_once = 256; // of others' packets, before the clock is looked at again

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

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

/// A socket of this kind, bound to nothing yet.
Result<UniqueFd> open_socket(int family, int type, int protocol, const IpAddress& address) {
  UniqueFd opened{::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol)};
  if (!opened)
    return fail(errno_error(errno, "cannot ask " + address.str()));
  return opened;
}

class NeighbourQuestion final : public Question {
 public:
  NeighbourQuestion(UniqueFd socket, engine::Frame frame, const IpAddress& address)
      : m_socket(std::move(socket)), m_frame(std::move(frame)), m_address(address) {}

  void ask() override { (void)::send(m_socket.get(), m_frame.data(), m_frame.size(), 0); }
  int fd() const override { return m_socket.get(); }
  bool is_answered() override {
    for (int i = 0; i < k_max_at_once; ++i) {
      engine::Frame frame(ETH_FRAME_LEN);
      const ssize_t size = ::recv(m_socket.get(), frame.data(), frame.size(), 0);
      if (size < 0)
        return false;
      frame.resize(static_cast<std::size_t>(size));
      if (engine::parse_owner(frame, m_address))
        return true;
    }
    return false;
  }

 private:
  UniqueFd m_socket;
  engine::Frame m_frame;
  IpAddress m_address;
};

class EchoQuestion final : public Question {
 public:
  EchoQuestion(UniqueFd socket, const IpAddress& address)
      : m_socket(std::move(socket)), m_to(to_socket_address(address, 0)), m_is_ip6(address.is_ip6()) {}

  void ask() override {
    std::array<std::uint8_t, 8> packet{}; // type, code, checksum, identifier, number
    packet[0] = m_is_ip6 ? std::uint8_t{ICMP6_ECHO_REQUEST} : std::uint8_t{ICMP_ECHO};
    const auto identifier = static_cast<std::uint16_t>(::getpid());
    std::memcpy(&packet[4], &identifier, sizeof(identifier));
    ++m_number;
    std::memcpy(&packet[6], &m_number, sizeof(m_number));
    if (!m_is_ip6) // of ICMPv6 the kernel works it out
      put_checksum(packet);
    (void)::sendto(m_socket.get(), packet.data(), packet.size(), 0, m_to.get(), m_to.size);
  }
  int fd() const override { return m_socket.get(); }
  bool is_answered() override {
    for (int i = 0; i < k_max_at_once; ++i) {
      std::array<std::uint8_t, 128> packet{};
      const ssize_t size = ::recv(m_socket.get(), packet.data(), packet.size(), 0);
      if (size < 0)
        return false;
      // In front of ICMP of IPv4 there is the IP header, whose length it says itself.
      const std::size_t begin = m_is_ip6 ? 0 : (packet[0] & 0x0fU) * 4U;
      const std::uint8_t reply = m_is_ip6 ? std::uint8_t{ICMP6_ECHO_REPLY} : std::uint8_t{ICMP_ECHOREPLY};
      std::uint16_t identifier = 0;
      if (static_cast<std::size_t>(size) < begin + 8 || packet.at(begin) != reply)
        continue;
      std::memcpy(&identifier, &packet.at(begin + 4), sizeof(identifier));
      if (identifier == static_cast<std::uint16_t>(::getpid()))
        return true;
    }
    return false;
  }

 private:
  /// RFC 1071.
  static void put_checksum(std::array<std::uint8_t, 8>& packet) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < packet.size(); i += 2) {
      std::uint16_t word = 0;
      std::memcpy(&word, &packet.at(i), sizeof(word));
      sum += word;
    }
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    const auto checksum = static_cast<std::uint16_t>(~sum);
    std::memcpy(&packet[2], &checksum, sizeof(checksum));
  }

  UniqueFd m_socket;
  SocketAddress m_to;
  bool m_is_ip6;
  std::uint16_t m_number = 0;
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
  return std::make_unique<NeighbourQuestion>(std::move(socket), engine::who_has_frame(mac, address), address);
}

Result<std::unique_ptr<Question>> make_echo_question(const IpAddress& address) {
  const bool is_ip6 = address.is_ip6();
  TRY(auto socket, open_socket(is_ip6 ? AF_INET6 : AF_INET, SOCK_RAW,
                               is_ip6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP}, address));
  return std::make_unique<EchoQuestion>(std::move(socket), address);
}

Result<std::unique_ptr<Question>> make_connect_question(const IpAddress& address, std::uint16_t port) {
  return std::make_unique<ConnectQuestion>(address, port);
}

} // namespace vdeup::kernel
