#pragma once

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vdeup {

/// An IPv4 or IPv6 address, without a prefix or a zone.
class IpAddress {
 public:
  using Bytes4 = std::array<std::uint8_t, 4>;
  using Bytes6 = std::array<std::uint8_t, 16>;

  explicit IpAddress(const Bytes4& bytes);
  explicit IpAddress(const Bytes6& bytes) : m_is_ip6(true), m_bytes(bytes) {}

  /// Read what inet_pton(3) reads. Errors: usage.
  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_ip6() const { return m_is_ip6; }
  /// The address in network order; call only the one that fits is_ip6().
  [[nodiscard]] Bytes4 bytes4() const;
  [[nodiscard]] const Bytes6& bytes6() const { return m_bytes; }
  /// fe80::/10
  [[nodiscard]] bool is_link_local6() const;
  [[nodiscard]] std::string str() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  bool m_is_ip6 = false;
  Bytes6 m_bytes{}; ///< an IPv4 address stands in the first four
};

} // namespace vdeup
