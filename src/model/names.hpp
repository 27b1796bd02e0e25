#pragma once

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vdeup {

/// The name of a network interface as the kernel takes it (dev_valid_name in net/core/dev.c): 1 to 15 bytes,
/// printable, no blank, '/' or ':'. '%' is refused as well: to the kernel it is a template.
class IfName {
 public:
  [[nodiscard]] static Result<IfName> parse(std::string_view text);
  [[nodiscard]] const std::string& str() const { return m_text; }
  auto operator<=>(const IfName&) const = default;

 private:
  explicit IfName(std::string text) : m_text(std::move(text)) {}
  std::string m_text;
};

/// An Ethernet address.
class MacAddress {
 public:
  using Bytes = std::array<std::uint8_t, 6>;

  explicit MacAddress(const Bytes& bytes) : m_bytes(bytes) {}

  /// Read six groups of one or two hexadecimal digits, separated by colons.
  [[nodiscard]] static Result<MacAddress> parse(std::string_view text);
  [[nodiscard]] const Bytes& bytes() const { return m_bytes; }
  [[nodiscard]] bool is_multicast() const { return (m_bytes[0] & 1U) != 0; }
  [[nodiscard]] std::string str() const;
  auto operator<=>(const MacAddress&) const = default;

 private:
  Bytes m_bytes;
};

/// The absolute path of a UNIX socket or of vde_switch's socket directory, short enough to be bound.
///
/// Refused: relative paths (a daemon has another working directory), control characters (they would reach
/// terminals), and paths longer than sun_path leaves room for. vde_switch itself truncates such paths
/// silently. One path has one spelling: `//`, `/./` and a slash at the end are taken out, and `..` is
/// refused.
/// libvdeplug gets a path as vde_locator() writes it.
class SocketPath {
 public:
  /// A socket directory: the switch and libvdeplug append up to 15 bytes (`/.12345-00000`) to it.
  [[nodiscard]] static Result<SocketPath> directory(std::string_view path);
  /// A socket that is bound under this very path.
  [[nodiscard]] static Result<SocketPath> socket(std::string_view path);

  [[nodiscard]] const std::string& str() const { return m_path; }
  /// The directory that holds it.
  [[nodiscard]] std::string parent() const;
  auto operator<=>(const SocketPath&) const = default;

 private:
  static Result<SocketPath> parse(std::string_view path, std::size_t longest);
  explicit SocketPath(std::string path) : m_path(std::move(path)) {}
  std::string m_path;
};

} // namespace vdeup
