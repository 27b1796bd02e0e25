#include "kernel/announce.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace vdeup::kernel {
namespace {

using Frame = std::vector<std::uint8_t>;

constexpr std::uint8_t k_all_hops = 255; // a router would have taken one: proof that it comes from the cable
constexpr std::array<std::uint8_t, 16> k_all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01};
constexpr MacAddress::Bytes k_all_nodes_mac{0x33, 0x33, 0, 0, 0, 0x01};
constexpr MacAddress::Bytes k_everybody{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

template <class T>
void append(Frame& frame, const T& part) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&part);
  frame.insert(frame.end(), bytes, bytes + sizeof(part));
}

Frame ethernet_frame(const MacAddress::Bytes& to, const MacAddress& from, std::uint16_t protocol) {
  Frame frame;
  append(frame, to);
  append(frame, from.bytes());
  append(frame, htons(protocol));
  return frame;
}

Frame arp_announcement(const IpAddress& address, const MacAddress& mac) {
  Frame frame = ethernet_frame(k_everybody, mac, ETHERTYPE_ARP);
  ether_arp packet{};
  packet.arp_hrd = htons(ARPHRD_ETHER);
  packet.arp_pro = htons(ETHERTYPE_IP);
  packet.arp_hln = ETH_ALEN;
  packet.arp_pln = sizeof(IpAddress::Bytes4);
  packet.arp_op = htons(ARPOP_REQUEST);
  const auto bytes = address.bytes4();
  std::copy(mac.bytes().begin(), mac.bytes().end(), std::begin(packet.arp_sha));
  std::copy(bytes.begin(), bytes.end(), std::begin(packet.arp_spa));
  std::copy(bytes.begin(), bytes.end(), std::begin(packet.arp_tpa));
  append(frame, packet);
  return frame;
}

struct Advertisement {
  nd_neighbor_advert message;
  nd_opt_hdr option;
  MacAddress::Bytes mac;
};
static_assert(sizeof(Advertisement) == 32);

/// What the checksum covers beside the message (RFC 8200, 8.1).
struct PseudoHeader {
  std::array<std::uint8_t, 16> from;
  std::array<std::uint8_t, 16> to;
  std::uint32_t length;
  std::uint32_t next;
};

template <class T>
std::uint32_t sum_of(const T& part) {
  std::array<std::uint16_t, sizeof(part) / 2> words{};
  std::memcpy(words.data(), &part, sizeof(part));
  std::uint32_t sum = 0;
  for (const std::uint16_t word : words)
    sum += word;
  return sum;
}

std::uint16_t checksum(std::uint32_t sum) {
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

Frame neighbour_advertisement(const IpAddress& address, const MacAddress& mac) {
  Frame frame = ethernet_frame(k_all_nodes_mac, mac, ETHERTYPE_IPV6);
  Advertisement advertisement{};
  advertisement.message.nd_na_type = ND_NEIGHBOR_ADVERT;
  advertisement.message.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
  std::copy(address.bytes6().begin(), address.bytes6().end(), advertisement.message.nd_na_target.s6_addr);
  advertisement.option.nd_opt_type = ND_OPT_TARGET_LINKADDR;
  advertisement.option.nd_opt_len = 1;
  advertisement.mac = mac.bytes();
  const PseudoHeader pseudo{address.bytes6(), k_all_nodes, htonl(sizeof(advertisement)),
                            htonl(IPPROTO_ICMPV6)};
  advertisement.message.nd_na_cksum = checksum(sum_of(pseudo) + sum_of(advertisement));
  ip6_hdr header{};
  header.ip6_vfc = 6U << 4U;
  header.ip6_plen = htons(sizeof(advertisement));
  header.ip6_nxt = IPPROTO_ICMPV6;
  header.ip6_hlim = k_all_hops;
  std::copy(address.bytes6().begin(), address.bytes6().end(), header.ip6_src.s6_addr);
  std::copy(k_all_nodes.begin(), k_all_nodes.end(), header.ip6_dst.s6_addr);
  append(frame, header);
  append(frame, advertisement);
  return frame;
}

} // namespace

std::vector<std::uint8_t> announcement(const IpAddress& address, const MacAddress& mac) {
  return address.is_ip6() ? neighbour_advertisement(address, mac) : arp_announcement(address, mac);
}

Result<Announcer> Announcer::open() {
  UniqueFd socket{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)}; // 0: it receives nothing
  if (!socket)
    return fail(errno_error(errno, "cannot open a packet socket"));
  return Announcer{std::move(socket)};
}

Result<> Announcer::announce(const Device& device, const MacAddress& mac,
                             const std::vector<IpAddress>& addresses) const {
  for (const IpAddress& address : addresses) {
    const Frame frame = announcement(address, mac);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(device.index);
    const auto* where = reinterpret_cast<const sockaddr*>(&to);
    const ssize_t sent =
        ::sendto(m_socket.get(), frame.data(), frame.size(), MSG_DONTWAIT, where, sizeof(to));
    // Down, nobody is there to be told; where the queue is full, the answer to a question will do.
    if (sent < 0 && errno != ENETDOWN && errno != ENOBUFS && errno != EAGAIN)
      return fail(errno_error(errno, "cannot announce " + address.str() + " on " + device.name.str()));
  }
  return ok();
}

} // namespace vdeup::kernel
