#pragma once

#include "kernel/netlink.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

// Netlink messages made by hand.
namespace netlink_bytes {

using vdeup::kernel::make_message;
using vdeup::kernel::Message;

template <class Header>
Message message_of(int type, Header header) {
  Message message = make_message(type, 0);
  REQUIRE(nlmsg_append(message.get(), &header, sizeof(header), NLMSG_ALIGNTO) == 0);
  return message;
}

inline void nest(const Message& message, int type, const std::function<void()>& fill) {
  nlattr* start = nla_nest_start(message.get(), type);
  fill();
  nla_nest_end(message.get(), start);
}

inline void put_text(const Message& message, int type, const char* text) {
  REQUIRE(nla_put_string(message.get(), type, text) == 0);
}
inline void put_number(const Message& message, int type, std::uint32_t number) {
  REQUIRE(nla_put_u32(message.get(), type, number) == 0);
}
inline void put_in_network_order(const Message& message, int type, std::uint32_t number) {
  put_number(message, type, htobe32(number));
}

/// A copy whose length is a lie no longer: exactly these bytes are allocated, so that reading on is caught.
template <class Parse>
void parse_all_beginnings(const Message& message, Parse parse) {
  const nlmsghdr& whole = *nlmsg_hdr(message.get());
  for (std::uint32_t length = sizeof(nlmsghdr); length <= whole.nlmsg_len; ++length) {
    std::vector<std::uint8_t> bytes(length);
    std::memcpy(bytes.data(), &whole, length);
    auto& header = *reinterpret_cast<nlmsghdr*>(bytes.data());
    header.nlmsg_len = length;
    (void)parse(header);
  }
}

} // namespace netlink_bytes
