#include "kernel/links.hpp"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

Message link_message(int type, int flags, std::uint32_t index) {
  Message message = make_message(type, flags);
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = static_cast<int>(index);
  (void)nlmsg_append(message.get(), &info, sizeof(info), NLMSG_ALIGNTO);
  return message;
}

ifinfomsg& info_of(const Message& message) {
  return *static_cast<ifinfomsg*>(nlmsg_data(nlmsg_hdr(message.get())));
}

// Adding an attribute fails only when a message of one page is full; ours are a tenth of that.
void put(const Message& message, int type, const std::string& text) {
  (void)nla_put_string(message.get(), type, text.c_str());
}
void put(const Message& message, int type, std::uint32_t number) {
  (void)nla_put_u32(message.get(), type, number);
}
void put(const Message& message, int type, const MacAddress& mac) {
  (void)nla_put(message.get(), type, static_cast<int>(mac.bytes().size()), mac.bytes().data());
}

template <class T, class Parse>
Result<std::optional<T>> query_one(Netlink& netlink, const Message& message, Parse parse) {
  std::optional<T> found;
  auto answered = netlink.query(
      message, [&](const nlmsghdr& answer) { found = parse(answer); }, "cannot look up a network interface");
  if (!answered && answered.error().kind() != ErrorKind::missing)
    return fail(std::move(answered).error());
  return found;
}

} // namespace

// ip -d link show
Result<std::vector<Link>> list_links(Netlink& netlink) {
  const Message message = link_message(RTM_GETLINK, NLM_F_DUMP, 0);
  return netlink.list<Link>(message, parse_link, "cannot list the network interfaces");
}

// ip -d link show dev NAME
Result<std::optional<Link>> find_link(Netlink& netlink, const IfName& name) {
  const Message message = link_message(RTM_GETLINK, 0, 0);
  put(message, IFLA_IFNAME, name.str());
  return query_one<Link>(netlink, message, parse_link);
}

Result<std::optional<Link>> find_link(Netlink& netlink, std::uint32_t index) {
  return query_one<Link>(netlink, link_message(RTM_GETLINK, 0, index), parse_link);
}

Result<std::optional<BridgeCalls>> find_bridge_calls(Netlink& netlink, std::uint32_t index) {
  return query_one<BridgeCalls>(netlink, link_message(RTM_GETLINK, 0, index), parse_bridge_calls);
}

// ip link add NAME address MAC mtu MTU type bridge stp_state 0 forward_delay 0
Result<> create_bridge(Netlink& netlink, const IfName& name, const MacAddress& mac, std::uint32_t mtu) {
  const Message message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  put(message, IFLA_IFNAME, name.str());
  put(message, IFLA_ADDRESS, mac);
  put(message, IFLA_MTU, mtu);
  nlattr* link_info = nla_nest_start(message.get(), IFLA_LINKINFO);
  put(message, IFLA_INFO_KIND, std::string{"bridge"});
  nlattr* data = nla_nest_start(message.get(), IFLA_INFO_DATA);
  put(message, IFLA_BR_STP_STATE, std::uint32_t{0});
  put(message, IFLA_BR_FORWARD_DELAY, std::uint32_t{0});
  (void)nla_nest_end(message.get(), data);
  (void)nla_nest_end(message.get(), link_info);
  return netlink.request(message, "cannot create bridge " + name.str());
}

// ip link set dev … [up|down] [master …] [mtu …] [address …] [alias …] [addrgenmode none]
Result<> change_link(Netlink& netlink, std::uint32_t index, const LinkChange& change,
                     const std::string& what) {
  const Message message = link_message(RTM_NEWLINK, 0, index);
  if (change.up) {
    info_of(message).ifi_change = IFF_UP;
    info_of(message).ifi_flags = *change.up ? IFF_UP : 0;
  }
  if (change.master)
    put(message, IFLA_MASTER, *change.master);
  if (change.mtu)
    put(message, IFLA_MTU, *change.mtu);
  if (change.mac)
    put(message, IFLA_ADDRESS, *change.mac);
  if (change.alias) // without the terminating zero: the kernel keeps the bytes as they come
    (void)nla_put(message.get(), IFLA_IFALIAS, static_cast<int>(change.alias->size()), change.alias->data());
  if (change.no_ipv6_address || change.ipv6_generation) {
    nlattr* families = nla_nest_start(message.get(), IFLA_AF_SPEC);
    nlattr* ipv6 = nla_nest_start(message.get(), AF_INET6);
    (void)nla_put_u8(message.get(), IFLA_INET6_ADDR_GEN_MODE,
                     change.ipv6_generation.value_or(IN6_ADDR_GEN_MODE_NONE));
    (void)nla_nest_end(message.get(), ipv6);
    (void)nla_nest_end(message.get(), families);
  }
  return netlink.request(message, what);
}

// ip link delete dev …
Result<> delete_link(Netlink& netlink, std::uint32_t index, const std::string& what) {
  return netlink.request(link_message(RTM_DELLINK, 0, index), what);
}

} // namespace vdeup::kernel
