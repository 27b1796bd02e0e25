#include "uplink/guest_frames.hpp"

#include "model/uplink.hpp"
#include "support/catch.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace uplink_lab {
namespace {

using namespace vdeup;

constexpr std::size_t k_ethernet = 14;
constexpr std::size_t k_ip = 20;
constexpr std::size_t k_udp = 8;
constexpr std::size_t k_payload = k_ethernet + k_ip + k_udp;
constexpr std::uint16_t k_dhcp_server = 67;
constexpr std::uint16_t k_dhcp_client = 68;
constexpr std::size_t k_dhcp_mac = 28; // where the message has the address of the client
constexpr std::uint16_t k_echo = 7;
constexpr std::uint16_t k_own_port = 4000;

void put(Frame& frame, std::uint16_t number) {
  frame.push_back(static_cast<std::uint8_t>(number >> 8));
  frame.push_back(static_cast<std::uint8_t>(number & 0xff));
}

template <class Bytes>
void put(Frame& frame, const Bytes& bytes) {
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}

IpAddress::Bytes4 ip(const std::string& text) {
  return IpAddress::parse(text).value().bytes4();
}

/// RFC 1071
std::uint16_t checksum(const Frame& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(bytes[i] << 8) + bytes[i + 1];
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

struct Datagram {
  MacAddress::Bytes to{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  MacAddress::Bytes from;
  std::string source = "0.0.0.0";
  std::string destination = "255.255.255.255";
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  Frame payload;
};

Frame frame_of(const Datagram& datagram) {
  Frame header{0x45, 0};
  put(header, static_cast<std::uint16_t>(k_ip + k_udp + datagram.payload.size()));
  put(header, Frame{0, 0, 0, 0, 64, 17, 0, 0});
  put(header, ip(datagram.source));
  put(header, ip(datagram.destination));
  const std::uint16_t sum = checksum(header);
  header[10] = static_cast<std::uint8_t>(sum >> 8);
  header[11] = static_cast<std::uint8_t>(sum & 0xff);
  Frame frame;
  put(frame, datagram.to);
  put(frame, datagram.from);
  put(frame, std::uint16_t{0x0800});
  put(frame, header);
  put(frame, datagram.source_port);
  put(frame, datagram.destination_port);
  put(frame, static_cast<std::uint16_t>(k_udp + datagram.payload.size()));
  put(frame, std::uint16_t{0}); // no checksum
  put(frame, datagram.payload);
  return frame;
}

/// A BOOTP message with options (RFC 2131): DISCOVER is 1, REQUEST is 3.
Frame dhcp_payload(const MacAddress& mac, std::uint8_t type, const std::optional<std::string>& wanted) {
  Frame payload{1, 1, 6, 0, 1, 2, 3, mac.bytes()[5]};
  payload.resize(k_dhcp_mac);
  put(payload, mac.bytes());
  payload.resize(236);
  put(payload, Frame{0x63, 0x82, 0x53, 0x63, 53, 1, type});
  if (wanted) {
    put(payload, Frame{50, 4});
    put(payload, ip(*wanted));
  }
  payload.push_back(255);
  payload.resize(300);
  return payload;
}

MacAddress mac_of(unsigned number) {
  return MacAddress{{0x52, 0x54, 0, 0, 1, static_cast<std::uint8_t>(number)}};
}

} // namespace

Client::Client(const Identity& user, const std::string& directory, unsigned number)
    : m_mac(mac_of(number)), m_port([&] {
        const auto acting = ActingAs::enter(user);
        REQUIRE(acting);
        auto port = vde::attach(SocketPath::directory(directory).value(),
                                {.description = "client" + std::to_string(number)},
                                Deadline::after(std::chrono::seconds{5}));
        INFO((port ? std::string{} : port.error().message()));
        REQUIRE(port);
        return std::move(port).value();
      }()) {}

std::optional<Frame> Client::exchange(const Frame& question, std::uint16_t port) const {
  REQUIRE(::send(m_port.data.get(), question.data(), question.size(), 0) > 0);
  const auto deadline = Deadline::after(std::chrono::seconds{1});
  while (!deadline.is_over()) {
    pollfd entry{m_port.data.get(), POLLIN, 0};
    if (::poll(&entry, 1, deadline.poll_timeout()) <= 0)
      return std::nullopt;
    Frame answer(2048);
    const ssize_t size = ::recv(m_port.data.get(), answer.data(), answer.size(), MSG_DONTWAIT);
    answer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    const bool is_udp = answer.size() > k_payload && answer[12] == 8 && answer[13] == 0 && answer[23] == 17;
    // A server answers all who listen, and says in the message whom it means.
    const std::size_t place = port == k_dhcp_client ? k_payload + k_dhcp_mac : 0;
    const bool is_to_us = answer.size() > place + m_mac.bytes().size() &&
                          std::equal(m_mac.bytes().begin(), m_mac.bytes().end(), answer.data() + place);
    if (is_udp && is_to_us && answer[36] == port >> 8 && answer[37] == (port & 0xff))
      return answer;
  }
  return std::nullopt;
}

std::optional<std::string> Client::lease() const {
  std::optional<std::string> address;
  for (const std::uint8_t type : {std::uint8_t{1}, std::uint8_t{3}}) {
    const auto answer = exchange(frame_of({.from = m_mac.bytes(),
                                           .source_port = k_dhcp_client,
                                           .destination_port = k_dhcp_server,
                                           .payload = dhcp_payload(m_mac, type, address)}),
                                 k_dhcp_client);
    if (!answer || answer->size() < k_payload + 243)
      return std::nullopt;
    const std::uint8_t expected = type == 1 ? 2 : 5; // OFFER, ACK
    if ((*answer)[k_payload + 242] != expected)
      return std::nullopt;
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, answer->data() + k_payload + 16, text.data(), text.size());
    address = text.data();
  }
  return address;
}

bool Client::hears_echo(const std::string& own, const std::string& other, const std::string& text) const {
  const auto gateway = ip(std::string{slirp::k_gateway}); // its NIC has 52:55 and its IP address
  const Frame question = frame_of({.to = {0x52, 0x55, gateway[0], gateway[1], gateway[2], gateway[3]},
                                   .from = m_mac.bytes(),
                                   .source = own,
                                   .destination = other,
                                   .source_port = k_own_port,
                                   .destination_port = k_echo,
                                   .payload = Frame(text.begin(), text.end())});
  // slirp asks who we are before it answers, and drops what it has for us meanwhile.
  Frame announcement;
  put(announcement, MacAddress::Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  put(announcement, m_mac.bytes());
  put(announcement, Frame{8, 6, 0, 1, 8, 0, 6, 4, 0, 1});
  put(announcement, m_mac.bytes());
  put(announcement, ip(own));
  put(announcement, MacAddress::Bytes{});
  put(announcement, gateway);
  for (int attempt = 0; attempt < 5; ++attempt) {
    REQUIRE(::send(m_port.data.get(), announcement.data(), announcement.size(), 0) > 0);
    const auto answer = exchange(question, k_own_port);
    if (answer && std::string(answer->begin() + k_payload, answer->end()).starts_with(text))
      return true;
  }
  return false;
}

} // namespace uplink_lab
