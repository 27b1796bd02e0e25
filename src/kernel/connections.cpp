#include "kernel/connections.hpp"

#include "kernel/message_builder.hpp"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <iterator>

namespace vdeup::kernel {
namespace {

constexpr const char* k_cannot_list = "cannot list the connections of this host";
constexpr std::uint32_t k_established = 1U << TCP_ESTABLISHED;
constexpr std::uint32_t k_listening = 1U << TCP_LISTEN;
constexpr std::uint32_t k_unconnected = 1U << TCP_CLOSE; // as UDP sockets without a peer are

/// An address as inet_diag has it: four words in network order, of which IPv4 uses the first.
IpAddress to_address(bool is_ip6, const __be32 (&words)[4]) {
  IpAddress::Bytes6 bytes{};
  std::memcpy(bytes.data(), words, bytes.size());
  constexpr IpAddress::Bytes6 mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::size_t prefix = 12;
  const bool is_mapped = std::equal(mapped.begin(), mapped.begin() + prefix, bytes.begin());
  if (is_ip6 && !is_mapped)
    return IpAddress{bytes};
  IpAddress::Bytes4 four{};
  std::copy_n(bytes.begin() + (is_ip6 ? prefix : 0), four.size(), four.begin());
  return IpAddress{four};
}

inet_diag_req_v2 request(int family, Connection::Protocol protocol) {
  inet_diag_req_v2 wanted{};
  wanted.sdiag_family = static_cast<std::uint8_t>(family);
  wanted.sdiag_protocol = protocol == Connection::Protocol::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  wanted.idiag_states = k_established | (protocol == Connection::Protocol::tcp ? k_listening : k_unconnected);
  return wanted;
}

/// The kernel loads them when it is asked, where it can.
Error without_modules(Error error) {
  error.set_hints("`modprobe --all tcp_diag udp_diag` loads what this kernel lacks for it");
  return error;
}

} // namespace

std::optional<Connection> parse_connection(const nlmsghdr& message, Connection::Protocol protocol) {
  if (message.nlmsg_type != SOCK_DIAG_BY_FAMILY || message.nlmsg_len < NLMSG_LENGTH(sizeof(inet_diag_msg)))
    return std::nullopt;
  const auto& info = header_of<inet_diag_msg>(message);
  const bool is_ip6 = info.idiag_family == AF_INET6;
  return Connection{
      .protocol = protocol,
      .local = {to_address(is_ip6, info.id.idiag_src), be16toh(info.id.idiag_sport)},
      .remote = {to_address(is_ip6, info.id.idiag_dst), be16toh(info.id.idiag_dport)},
      .is_established = info.idiag_state == TCP_ESTABLISHED,
      .is_listener = info.idiag_state == TCP_LISTEN,
      .interface = info.id.idiag_if,
      .inode = info.idiag_inode,
      .uid = info.idiag_uid,
  };
}

// ss --tcp --udp --numeric --extended
Result<std::vector<Connection>> list_connections() {
  TRY(auto netlink, Netlink::open(NETLINK_SOCK_DIAG));
  std::vector<Connection> all;
  for (const auto protocol : {Connection::Protocol::tcp, Connection::Protocol::udp})
    for (const int family : {AF_INET, AF_INET6}) {
      const auto parse = [protocol](const nlmsghdr& answer) { return parse_connection(answer, protocol); };
      auto listed =
          dump<Connection>(netlink, SOCK_DIAG_BY_FAMILY, request(family, protocol), parse, k_cannot_list);
      if (!listed && listed.error().kind() == ErrorKind::missing)
        return fail(without_modules(std::move(listed).error()));
      TRY(auto found, std::move(listed));
      all.insert(all.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    }
  return all;
}

} // namespace vdeup::kernel
