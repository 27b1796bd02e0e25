#include "model/nat.hpp"

#include "model/device_alias.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup {
namespace {

constexpr std::string_view k_tool = "vdeup ";
constexpr std::string_view k_kind = "vdeup nat ";
constexpr unsigned k_bits_of_byte = 8;

std::uint8_t byte_of(const IpAddress& address, std::size_t at) {
  return address.is_ip6() ? address.bytes6().at(at) : address.bytes4().at(at);
}

IpPrefix range(IpAddress::Bytes4 first, std::uint8_t length) {
  return IpPrefix{IpAddress{first}, length};
}

/// The first address of a /24 of RFC 1918.
bool is_private4(const IpPrefix& prefix) {
  constexpr std::uint8_t length = 24;
  return private_range(prefix.address) && prefix.length == length && byte_of(prefix.address, 3) == 1;
}

/// An address of a /64 of RFC 4193.
bool is_private6(const IpPrefix& prefix) {
  constexpr std::uint8_t length = 64;
  return prefix.address.is_ip6() && prefix.length == length && byte_of(prefix.address, 0) == 0xfd;
}

} // namespace

std::string NatMark::text() const {
  return std::string{k_kind} + TapMark{owner, switch_dir}.text().substr(k_tool.size());
}

std::optional<NatMark> NatMark::parse(std::string_view text) {
  if (!text.starts_with(k_kind))
    return std::nullopt;
  const auto rest = TapMark::parse(std::string{k_tool} + std::string{text.substr(k_kind.size())});
  return rest ? std::optional{NatMark{rest->owner, rest->switch_dir}} : std::nullopt;
}

bool can_be_quoted(std::string_view text) {
  return text.find_first_of("\"*\n") == std::string_view::npos;
}

Result<IfName> nat_bridge_name(uid_t owner, unsigned number) {
  std::string name = fmt::format("vdenat{}", owner);
  if (number > 0)
    name += static_cast<char>('a' + number);
  return IfName::parse(name);
}

std::string bridge_mark(const std::optional<NatMark>& nat) {
  return nat ? nat->text() : std::string{k_bridge_mark};
}

std::array<IpPrefix, 3> private_ranges() {
  return {range({10, 0, 0, 0}, 8), range({192, 168, 0, 0}, 16), range({172, 16, 0, 0}, 12)};
}

std::optional<IpPrefix> private_range(const IpAddress& address) {
  for (const IpPrefix& each : private_ranges())
    if (overlap(each, single(address)))
      return each;
  return std::nullopt;
}

bool has_servers(const IpPrefix& range, const std::vector<IpPrefix>& used) {
  return std::any_of(used.begin(), used.end(), [&](const IpPrefix& there) {
    return there == single(there.address) && overlap(there, range);
  });
}

IpPrefix single(const IpAddress& address) {
  constexpr std::uint8_t bits4 = 32;
  constexpr std::uint8_t bits6 = 128;
  return IpPrefix{address, address.is_ip6() ? bits6 : bits4};
}

bool overlap(const IpPrefix& one, const IpPrefix& other) {
  if (one.address.is_ip6() != other.address.is_ip6())
    return false;
  unsigned bits = std::min(one.length, other.length);
  for (std::size_t at = 0; bits > 0; ++at) {
    const unsigned here = std::min(bits, k_bits_of_byte);
    const unsigned unused = k_bits_of_byte - here;
    if (byte_of(one.address, at) >> unused != byte_of(other.address, at) >> unused)
      return false;
    bits -= here;
  }
  return true;
}

Result<> check_private_network(const PrivateNetwork& network, const std::vector<IpPrefix>& used) {
  const auto refuse = [](const IpPrefix& prefix, std::string cause) {
    return fail(Error{ErrorKind::refused,
                      fmt::format("cannot use {} as a private network", prefix.str()),
                      std::move(cause),
                      {}});
  };
  if (!is_private4(network.gateway4))
    return refuse(network.gateway4, "it is not the first address of a /24 that is nobody's (RFC 1918)");
  if (network.gateway6 && !is_private6(*network.gateway6))
    return refuse(*network.gateway6, "it is not an address of a /64 that is nobody's (RFC 4193)");
  const auto ranges = private_ranges();
  const bool has_free_range = std::any_of(ranges.begin(), ranges.end(),
                                          [&](const IpPrefix& each) { return !has_servers(each, used); });
  if (const auto own = private_range(network.gateway4.address); has_free_range && has_servers(*own, used))
    return refuse(network.gateway4, fmt::format("servers of this host are in {}", own->str()));
  for (const IpPrefix& prefix : used) {
    if (overlap(prefix, network.gateway4))
      return refuse(network.gateway4, fmt::format("this host has a way to {}", prefix.str()));
    if (network.gateway6 && overlap(prefix, *network.gateway6))
      return refuse(*network.gateway6, fmt::format("this host has a way to {}", prefix.str()));
  }
  return ok();
}

} // namespace vdeup
