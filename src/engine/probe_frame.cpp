#include "engine/probe_frame.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace vdeup::engine {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t k_shortest = 60; // of an Ethernet frame without its checksum
constexpr std::size_t k_mac_size = 6;
constexpr std::size_t k_header_size = 14;
constexpr std::array<std::uint8_t, 2> k_type_experiment{0x88, 0xb5};
constexpr std::array<std::uint8_t, 2> k_type_arp{0x08, 0x06};
constexpr std::array<std::uint8_t, 2> k_type_ip6{0x86, 0xdd};
const MacAddress k_everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

// ARP for Ethernet and IPv4 (RFC 826), up to the operation.
constexpr std::array<std::uint8_t, 6> k_arp_begin{0, 1, 0x08, 0, 6, 4};
constexpr std::uint8_t k_arp_request = 1;
constexpr std::uint8_t k_arp_reply = 2;
constexpr std::size_t k_arp_size = 28;

// IPv6 (RFC 8200) and ICMPv6 (RFC 4443).
constexpr std::size_t k_ip6_header_size = 40;
constexpr std::uint8_t k_next_header_icmp6 = 58;
constexpr std::uint8_t k_hop_limit = 255; // what came from behind a router has less
constexpr std::uint8_t k_neighbour_solicitation = 135;
constexpr std::uint8_t k_neighbour_advertisement = 136;
constexpr std::size_t k_neighbour_size = 24; // of both, without options
constexpr std::uint8_t k_flag_solicited = 0x40;
constexpr std::uint8_t k_flag_override = 0x20;
constexpr std::uint8_t k_option_source_mac = 1;
constexpr std::uint8_t k_option_target_mac = 2;
constexpr std::size_t k_option_unit = 8;
constexpr IpAddress::Bytes6 k_all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

void append(Frame& frame, Bytes bytes) {
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}

Frame begin_frame(const MacAddress& to, const MacAddress& from, Bytes type) {
  Frame frame;
  append(frame, to.bytes());
  append(frame, from.bytes());
  append(frame, type);
  return frame;
}

Frame padded(Frame frame) {
  frame.resize(std::max(frame.size(), k_shortest));
  return frame;
}

/// The checksum of an ICMPv6 message with its pseudo header (RFC 8200 §8.1); 0 over a message that holds the
/// right one. `ip6` begins with the IPv6 header.
std::uint16_t icmp6_checksum(Bytes ip6, std::size_t size) {
  constexpr std::size_t addresses_at = 8;
  return internet_checksum(ip6.subspan(addresses_at, k_ip6_header_size - addresses_at + size),
                           static_cast<std::uint32_t>(size) + k_next_header_icmp6);
}

/// The group that the owner of an address listens to, ff02::1:ffXX:XXXX (RFC 4291 §2.7.1).
IpAddress::Bytes6 solicited_node(const IpAddress::Bytes6& address) {
  IpAddress::Bytes6 group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
  std::copy(address.begin() + 13, address.end(), group.begin() + 13);
  return group;
}

/// The Ethernet address of an IPv6 group (RFC 2464 §7).
MacAddress group_mac(const IpAddress::Bytes6& group) {
  return MacAddress{{0x33, 0x33, group[12], group[13], group[14], group[15]}};
}

/// The link-local address of an interface (RFC 4291, appendix A).
IpAddress::Bytes6 link_local(const MacAddress& mac) {
  constexpr std::uint8_t universal = 2;
  const MacAddress::Bytes& bytes = mac.bytes();
  IpAddress::Bytes6 address{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe};
  std::copy_n(bytes.begin(), 3, address.begin() + 8);
  std::copy_n(bytes.begin() + 3, 3, address.begin() + 13);
  address[8] ^= universal;
  return address;
}

Frame arp_request(const MacAddress& mac, const IpAddress::Bytes4& sender, const IpAddress::Bytes4& target) {
  constexpr std::array<std::uint8_t, 2> request{0, k_arp_request};
  constexpr std::array<std::uint8_t, k_mac_size> nobody{};
  Frame frame = begin_frame(k_everybody, mac, k_type_arp);
  append(frame, k_arp_begin);
  append(frame, request);
  append(frame, mac.bytes());
  append(frame, sender);
  append(frame, nobody);
  append(frame, target);
  return padded(std::move(frame));
}

struct NeighbourMessage {
  std::uint8_t type;
  std::uint8_t flags;
  IpAddress::Bytes6 from;
  IpAddress::Bytes6 to; ///< a group
  IpAddress::Bytes6 target;
  std::uint8_t option; ///< what the MAC address of the sender is
};

Frame neighbour_frame(const MacAddress& mac, const NeighbourMessage& message) {
  constexpr std::size_t size = k_neighbour_size + k_option_unit;
  constexpr std::size_t sum_at = k_header_size + k_ip6_header_size + 2;
  constexpr std::array<std::uint8_t, 8> ip6_begin{0x60, 0, 0, 0, 0, size, k_next_header_icmp6, k_hop_limit};
  Frame frame = begin_frame(group_mac(message.to), mac, k_type_ip6);
  append(frame, ip6_begin);
  append(frame, message.from);
  append(frame, message.to);
  append(frame, std::array<std::uint8_t, 8>{message.type, 0, 0, 0, message.flags});
  append(frame, message.target);
  append(frame, std::array<std::uint8_t, 2>{message.option, 1});
  append(frame, mac.bytes());
  const std::uint16_t sum = icmp6_checksum(Bytes{frame}.subspan(k_header_size), size);
  frame[sum_at] = static_cast<std::uint8_t>(sum >> 8U);
  frame[sum_at + 1] = static_cast<std::uint8_t>(sum);
  return frame;
}

bool starts_with(Bytes bytes, Bytes beginning) {
  return bytes.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), bytes.begin());
}

/// An address that a NIC can have.
std::optional<MacAddress> read_mac(Bytes bytes) {
  MacAddress::Bytes mac{};
  std::copy_n(bytes.begin(), k_mac_size, mac.begin());
  const MacAddress read{mac};
  const bool is_empty = mac == MacAddress::Bytes{};
  return is_empty || read.is_multicast() ? std::nullopt : std::optional{read};
}

/// A reply repeats the address of the asker. Replies to others, and those that some send unasked, do not.
std::optional<MacAddress> parse_arp_reply(Bytes arp, const MacAddress& asker, const IpAddress& address) {
  constexpr std::size_t operation_at = 6;
  constexpr std::size_t sender_at = 8;
  constexpr std::size_t target_at = 18;
  constexpr std::array<std::uint8_t, 2> reply{0, k_arp_reply};
  if (arp.size() < k_arp_size || !starts_with(arp, k_arp_begin) ||
      !starts_with(arp.subspan(operation_at), reply) ||
      !starts_with(arp.subspan(sender_at + k_mac_size), address.bytes4()) ||
      !starts_with(arp.subspan(target_at), asker.bytes()))
    return std::nullopt;
  return read_mac(arp.subspan(sender_at));
}

/// The address in a Target Link-Layer Address option; nothing if options are damaged or there is none.
std::optional<MacAddress> target_mac(Bytes options) {
  std::optional<MacAddress> found;
  while (options.size() >= k_option_unit) {
    const std::size_t size = options[1] * k_option_unit;
    if (size == 0 || size > options.size())
      return std::nullopt;
    if (options[0] == k_option_target_mac && size == k_option_unit)
      found = read_mac(options.subspan(2));
    options = options.subspan(size);
  }
  return options.empty() ? found : std::nullopt;
}

/// What a host demands of an advertisement (RFC 4861 §7.1.2): hop limit, checksum, code and lengths. A reply
/// is solicited and goes to the address of the asker.
std::optional<MacAddress> parse_advertisement(Bytes ip6, const MacAddress& asker, const IpAddress& address) {
  constexpr std::size_t size_at = 4;
  constexpr std::size_t next_header_at = 6;
  constexpr std::size_t destination_at = 24;
  constexpr std::size_t flags_at = 4;
  constexpr std::size_t target_at = 8;
  if (ip6.size() < k_ip6_header_size + k_neighbour_size || (ip6[0] >> 4U) != 6)
    return std::nullopt;
  const std::size_t size = (static_cast<std::size_t>(ip6[size_at]) << 8U) + ip6[size_at + 1];
  if (size < k_neighbour_size || size > ip6.size() - k_ip6_header_size)
    return std::nullopt;
  const Bytes message = ip6.subspan(k_ip6_header_size, size);
  constexpr std::array<std::uint8_t, 2> next_header_and_hops{k_next_header_icmp6, k_hop_limit};
  constexpr std::array<std::uint8_t, 2> type_and_code{k_neighbour_advertisement, 0};
  if (!starts_with(ip6.subspan(next_header_at), next_header_and_hops) ||
      !starts_with(ip6.subspan(destination_at), link_local(asker)) || !starts_with(message, type_and_code) ||
      (message[flags_at] & k_flag_solicited) == 0 ||
      !starts_with(message.subspan(target_at), address.bytes6()) || icmp6_checksum(ip6, size) != 0)
    return std::nullopt;
  return target_mac(message.subspan(k_neighbour_size));
}

} // namespace

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  constexpr std::uint32_t low = 0xffff;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8U : 0U);
  while (sum > low)
    sum = (sum & low) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & low);
}

MacAddress probe_source(std::uint64_t chance) {
  MacAddress::Bytes bytes{0x02}; // the bit of local administration, and not that of a group
  for (std::size_t i = 1; i < bytes.size(); ++i)
    bytes.at(i) = static_cast<std::uint8_t>(chance >> (8U * i));
  return MacAddress{bytes};
}

Frame broadcast_frame(const MacAddress& source) {
  return padded(begin_frame(k_everybody, source, k_type_experiment));
}

Frame who_has_frame(const MacAddress& source, const IpAddress& address) {
  if (!address.is_ip6())
    return arp_request(source, {}, address.bytes4());
  return neighbour_frame(source, {.type = k_neighbour_solicitation,
                                  .flags = 0,
                                  .from = link_local(source),
                                  .to = solicited_node(address.bytes6()),
                                  .target = address.bytes6(),
                                  .option = k_option_source_mac});
}

Frame announcement(const MacAddress& source, const IpAddress& address) {
  if (!address.is_ip6())
    return arp_request(source, address.bytes4(), address.bytes4());
  return neighbour_frame(source, {.type = k_neighbour_advertisement,
                                  .flags = k_flag_override,
                                  .from = address.bytes6(),
                                  .to = k_all_nodes,
                                  .target = address.bytes6(),
                                  .option = k_option_target_mac});
}

std::optional<MacAddress> parse_owner(const Frame& frame, const MacAddress& asker, const IpAddress& address) {
  constexpr std::size_t type_at = 2 * k_mac_size;
  const Bytes bytes{frame};
  if (bytes.size() < k_header_size)
    return std::nullopt;
  const Bytes type = bytes.subspan(type_at);
  const Bytes payload = bytes.subspan(k_header_size);
  if (!address.is_ip6())
    return starts_with(type, k_type_arp) ? parse_arp_reply(payload, asker, address) : std::nullopt;
  return starts_with(type, k_type_ip6) ? parse_advertisement(payload, asker, address) : std::nullopt;
}

} // namespace vdeup::engine
