#pragma once

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <endian.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace vdeup::kernel {

// Attributes of a netlink message, read without trust: one that is absent (a null pointer) or too short has
// no value.

using Bytes = std::span<const std::uint8_t>;

/// Attributes by their type, 0 to `most`; those that a kernel of tomorrow adds are left out.
template <std::size_t most>
using AttributeTable = std::array<nlattr*, most + 1>;

/// Sort the attributes in a nest.
template <std::size_t most>
[[nodiscard]] AttributeTable<most> parse_nest(nlattr* nest) {
  AttributeTable<most> found{};
  if (nest == nullptr || nla_parse_nested(found.data(), static_cast<int>(most), nest, nullptr) != 0)
    found.fill(nullptr);
  return found;
}

/// Sort the attributes of a message that begins with a Header; nothing if it is too short for one.
template <std::size_t most, class Header>
[[nodiscard]] std::optional<AttributeTable<most>> parse_message(const nlmsghdr& message) {
  auto* header = const_cast<nlmsghdr*>(&message); // libnl's parser is not const
  AttributeTable<most> found{};
  if (nlmsg_parse(header, sizeof(Header), found.data(), static_cast<int>(most), nullptr) != 0)
    return std::nullopt;
  return found;
}

/// What such a message begins with.
template <class Header>
[[nodiscard]] const Header& header_of(const nlmsghdr& message) {
  return *static_cast<const Header*>(nlmsg_data(&message));
}

[[nodiscard]] inline Bytes bytes_of(const nlattr* attribute) {
  if (attribute == nullptr)
    return {};
  return {static_cast<const std::uint8_t*>(nla_data(attribute)),
          static_cast<std::size_t>(nla_len(attribute))};
}

/// The text up to its terminating zero, if it has one.
[[nodiscard]] inline std::string text_of(const nlattr* attribute) {
  const Bytes bytes = bytes_of(attribute);
  return {bytes.begin(), std::find(bytes.begin(), bytes.end(), std::uint8_t{0})};
}

/// A number in the byte order of this machine.
template <class Number>
[[nodiscard]] std::optional<Number> number_of(const nlattr* attribute) {
  const Bytes bytes = bytes_of(attribute);
  Number number{};
  if (bytes.size() < sizeof(number))
    return std::nullopt;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

/// A number of 32 bits in network order, as netfilter has them.
[[nodiscard]] inline std::optional<std::uint32_t> number_in_network_order(const nlattr* attribute) {
  const auto number = number_of<std::uint32_t>(attribute);
  return number ? std::optional{be32toh(*number)} : std::nullopt;
}

} // namespace vdeup::kernel
