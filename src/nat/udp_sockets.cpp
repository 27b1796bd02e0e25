#include "nat/udp_sockets.hpp"

#include "base/number.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

namespace vdeup::nat {
namespace {

constexpr std::uint16_t k_dns = 53;

template <class Number>
std::optional<Number> from_hexadecimal(std::string_view digits) {
  return parse_number<Number>(digits, {.base = 16});
}

/// The address is in words of 32 bits, each as this machine would print it.
template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> read_bytes(std::string_view digits) {
  constexpr std::size_t digits_of_a_word = 8;
  std::array<std::uint8_t, size> bytes{};
  for (std::size_t at = 0; at < size; at += sizeof(std::uint32_t)) {
    const auto word = from_hexadecimal<std::uint32_t>(digits.substr(2 * at, digits_of_a_word));
    if (!word)
      return std::nullopt;
    std::memcpy(bytes.data() + at, &*word, sizeof(*word));
  }
  return bytes;
}

std::optional<IpAddress> read_address(std::string_view digits) {
  if (digits.size() == 2 * sizeof(in6_addr))
    if (const auto bytes = read_bytes<sizeof(in6_addr)>(digits))
      return IpAddress{*bytes};
  if (digits.size() == 2 * sizeof(in_addr))
    if (const auto bytes = read_bytes<sizeof(in_addr)>(digits))
      return IpAddress{*bytes};
  return std::nullopt;
}

bool is_any(const IpAddress& address) {
  return address == (address.is_ip6() ? IpAddress{IpAddress::Bytes6{}} : IpAddress{IpAddress::Bytes4{}});
}

} // namespace

std::optional<UdpSocket> parse_udp_socket(std::string_view line) {
  std::istringstream words{std::string{line}};
  std::string local;
  std::string skipped;
  uid_t owner = 0;
  words >> skipped >> local >> skipped >> skipped >> skipped >> skipped >> skipped >> owner;
  const std::size_t colon = local.find(':');
  if (!words || colon == std::string::npos)
    return std::nullopt;
  const auto address = read_address(std::string_view{local}.substr(0, colon));
  const auto port = from_hexadecimal<std::uint16_t>(std::string_view{local}.substr(colon + 1));
  return address && port ? std::optional{UdpSocket{*address, *port, owner}} : std::nullopt;
}

std::vector<UdpSocket> list_udp_sockets() {
  std::vector<UdpSocket> sockets;
  for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream file{table};
    for (std::string line; std::getline(file, line);)
      if (auto socket = parse_udp_socket(line)) // the first line has the names of the columns
        sockets.push_back(*socket);
  }
  return sockets;
}

std::optional<uid_t> find_udp_owner(const IpAddress& address, std::uint16_t port) {
  for (const UdpSocket& socket : list_udp_sockets())
    if (socket.port == port && (socket.local == address || is_any(socket.local)))
      return socket.owner;
  return std::nullopt;
}

bool is_served(const IpAddress& gateway4, uid_t owner) {
  const auto sockets = list_udp_sockets();
  return std::any_of(sockets.begin(), sockets.end(), [&](const UdpSocket& socket) {
    return socket.port == k_dns && socket.local == gateway4 && socket.owner == owner;
  });
}

} // namespace vdeup::nat
