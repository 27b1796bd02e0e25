#include "model/ip_compare.hpp"

#include <algorithm>

namespace vdeup {

IpPrefix network_of(const IpPrefix& prefix) {
  const auto masked = [&prefix](auto bytes) {
    constexpr unsigned bits_of_byte = 8;
    for (unsigned i = 0; i < bytes.size(); ++i) {
      const unsigned first = i * bits_of_byte;
      const unsigned kept = prefix.length > first ? std::min(prefix.length - first, bits_of_byte) : 0;
      bytes.at(i) &= static_cast<std::uint8_t>(0xff00U >> kept);
    }
    return IpAddress{bytes};
  };
  const IpAddress& address = prefix.address;
  return {address.is_ip6() ? masked(address.bytes6()) : masked(address.bytes4()), prefix.length};
}

bool is_same(const InterfaceAddress& one, const InterfaceAddress& other) {
  return one.local == other.local && one.peer == other.peer;
}

bool is_same(const Route& one, Route other) {
  other.place = one.place;
  other.expires = one.expires;
  return one == other;
}

} // namespace vdeup
