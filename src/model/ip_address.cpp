#include "model/ip_address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>

namespace vdeup {

IpAddress::IpAddress(const Bytes4& bytes) {
  std::copy(bytes.begin(), bytes.end(), m_bytes.begin());
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string word{text}; // inet_pton wants a terminator
  Bytes4 four{};
  if (::inet_pton(AF_INET, word.c_str(), four.data()) == 1 && word.find('\0') == std::string::npos)
    return IpAddress{four};
  Bytes6 sixteen{};
  if (::inet_pton(AF_INET6, word.c_str(), sixteen.data()) == 1 && word.find('\0') == std::string::npos)
    return IpAddress{sixteen};
  return fail(Error{ErrorKind::usage,
                    fmt::format("'{}' is not an IP address", printable(text)),
                    "it is read as 192.0.2.1 or 2001:db8::1",
                    {}});
}

IpAddress::Bytes4 IpAddress::bytes4() const {
  Bytes4 four{};
  std::copy_n(m_bytes.begin(), four.size(), four.begin());
  return four;
}

bool IpAddress::is_link_local6() const {
  constexpr std::uint8_t first = 0xfe;
  constexpr std::uint8_t second = 0x80;
  constexpr std::uint8_t second_mask = 0xc0;
  return m_is_ip6 && m_bytes[0] == first && (m_bytes[1] & second_mask) == second;
}

std::string IpAddress::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  (void)::inet_ntop(m_is_ip6 ? AF_INET6 : AF_INET, m_bytes.data(), text.data(), text.size());
  return text.data();
}

} // namespace vdeup
