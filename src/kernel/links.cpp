#include "kernel/links.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

ifinfomsg link_header(std::uint32_t index) {
  ifinfomsg info{};
  info.ifi_index = static_cast<int>(index);
  return info;
}

template <class T, class Parse>
Result<std::optional<T>> query_one(Netlink& netlink, const MessageBuilder& builder, Parse parse) {
  std::optional<T> found;
  auto answered = netlink.query(
      builder.message(), [&](const nlmsghdr& answer) { found = parse(answer); },
      "cannot look up a network interface");
  if (!answered && answered.error().kind() != ErrorKind::missing)
    return fail(std::move(answered).error());
  return found;
}

} // namespace

// ip -d link show
Result<std::vector<Link>> list_links(Netlink& netlink) {
  return dump<Link>(netlink, RTM_GETLINK, link_header(0), parse_link, "cannot list the network interfaces");
}

// ip -d link show dev NAME
Result<std::optional<Link>> find_link(Netlink& netlink, const IfName& name) {
  MessageBuilder builder{RTM_GETLINK, 0, link_header(0)};
  builder.put(IFLA_IFNAME, name.str().c_str());
  return query_one<Link>(netlink, builder, parse_link);
}

Result<std::optional<Link>> find_link(Netlink& netlink, std::uint32_t index) {
  return query_one<Link>(netlink, {RTM_GETLINK, 0, link_header(index)}, parse_link);
}

Result<std::optional<BridgeCalls>> find_bridge_calls(Netlink& netlink, std::uint32_t index) {
  return query_one<BridgeCalls>(netlink, {RTM_GETLINK, 0, link_header(index)}, parse_bridge_calls);
}

// ip link add NAME address MAC mtu MTU type bridge stp_state 0 forward_delay 0
Result<> create_bridge(Netlink& netlink, const IfName& name, const MacAddress& mac, std::uint32_t mtu) {
  MessageBuilder builder{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link_header(0)};
  builder.put(IFLA_IFNAME, name.str().c_str());
  builder.put(IFLA_ADDRESS, Bytes{mac.bytes()});
  builder.put(IFLA_MTU, mtu);
  builder.nest(IFLA_LINKINFO, [&builder] {
    builder.put(IFLA_INFO_KIND, "bridge");
    builder.nest(IFLA_INFO_DATA, [&builder] {
      builder.put(IFLA_BR_STP_STATE, std::uint32_t{0});
      builder.put(IFLA_BR_FORWARD_DELAY, std::uint32_t{0});
    });
  });
  return builder.request(netlink, "cannot create bridge " + name.str());
}

// ip link set dev … [up|down] [master …] [mtu …] [address …] [alias …] [addrgenmode none]
Result<> change_link(Netlink& netlink, std::uint32_t index, const LinkChange& change,
                     const std::string& what) {
  ifinfomsg info = link_header(index);
  if (change.up) {
    info.ifi_change = IFF_UP;
    info.ifi_flags = *change.up ? IFF_UP : 0;
  }
  MessageBuilder builder{RTM_NEWLINK, 0, info};
  if (change.master)
    builder.put(IFLA_MASTER, *change.master);
  if (change.mtu)
    builder.put(IFLA_MTU, *change.mtu);
  if (change.mac)
    builder.put(IFLA_ADDRESS, Bytes{change.mac->bytes()});
  if (change.alias) // without the terminating zero: the kernel keeps the bytes as they come
    builder.put(IFLA_IFALIAS,
                Bytes{reinterpret_cast<const std::uint8_t*>(change.alias->data()), change.alias->size()});
  if (change.no_ipv6_address || change.ipv6_generation) {
    const std::uint8_t mode = change.ipv6_generation.value_or(IN6_ADDR_GEN_MODE_NONE);
    builder.nest(IFLA_AF_SPEC,
                 [&] { builder.nest(AF_INET6, [&] { builder.put(IFLA_INET6_ADDR_GEN_MODE, mode); }); });
  }
  return builder.request(netlink, what);
}

// ip link delete dev …
Result<> delete_link(Netlink& netlink, std::uint32_t index, const std::string& what) {
  return MessageBuilder{RTM_DELLINK, 0, link_header(index)}.request(netlink, what);
}

} // namespace vdeup::kernel
