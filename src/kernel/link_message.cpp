#include "kernel/link_message.hpp"

#include "kernel/attributes.hpp"

#include <netlink/attr.h>
#include <netlink/msg.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

#include <algorithm>
#include <array>

namespace vdeup::kernel {
namespace {

constexpr unsigned k_lower_up = 1U << 16U; // IFF_LOWER_UP; <linux/if.h> cannot be included beside <net/if.h>
constexpr std::uint8_t k_tap_mode = 2;     // IFF_TAP, as IFLA_TUN_TYPE gives it

using Attributes = std::array<nlattr*, IFLA_MAX + 1>;

std::string get_text(const nlattr* attribute) {
  return attribute == nullptr ? std::string{} : std::string{nla_get_string(attribute)};
}

void parse_bridge(nlattr* data, Link& link) {
  std::array<nlattr*, IFLA_BR_MAX + 1> found{};
  if (nla_parse_nested(found.data(), IFLA_BR_MAX, data, nullptr) == 0 && found[IFLA_BR_STP_STATE] != nullptr)
    link.bridge_stp = nla_get_u32(found[IFLA_BR_STP_STATE]) != 0;
}

void parse_tun(nlattr* data, Link& link) {
  std::array<nlattr*, IFLA_TUN_MAX + 1> found{};
  if (nla_parse_nested(found.data(), IFLA_TUN_MAX, data, nullptr) != 0)
    return;
  if (found[IFLA_TUN_OWNER] != nullptr)
    link.tun_owner = nla_get_u32(found[IFLA_TUN_OWNER]);
  if (found[IFLA_TUN_MULTI_QUEUE] != nullptr)
    link.is_multi_queue = nla_get_u8(found[IFLA_TUN_MULTI_QUEUE]) != 0;
  for (const int queues : {IFLA_TUN_NUM_QUEUES, IFLA_TUN_NUM_DISABLED_QUEUES})
    if (nlattr* const number = found[static_cast<std::size_t>(queues)]; number != nullptr)
      link.tun_queues += nla_get_u32(number);
  if (found[IFLA_TUN_TYPE] != nullptr)
    link.is_tap = nla_get_u8(found[IFLA_TUN_TYPE]) == k_tap_mode;
}

std::optional<PortState> to_port_state(std::uint8_t state) {
  switch (state) {
  case BR_STATE_DISABLED:
    return PortState::disabled;
  case BR_STATE_LISTENING:
    return PortState::listening;
  case BR_STATE_LEARNING:
    return PortState::learning;
  case BR_STATE_FORWARDING:
    return PortState::forwarding;
  case BR_STATE_BLOCKING:
    return PortState::blocking;
  default:
    return std::nullopt;
  }
}

void parse_bridge_port(nlattr* data, Link& link) {
  const auto found = parse_nest<IFLA_BRPORT_MAX>(data);
  if (const auto state = number_of<std::uint8_t>(found[IFLA_BRPORT_STATE]))
    link.port_state = to_port_state(*state);
}

void parse_kind(nlattr* info, Link& link) {
  std::array<nlattr*, IFLA_INFO_MAX + 1> found{};
  if (info == nullptr || nla_parse_nested(found.data(), IFLA_INFO_MAX, info, nullptr) != 0)
    return;
  link.kind = get_text(found[IFLA_INFO_KIND]);
  link.port_kind = get_text(found[IFLA_INFO_SLAVE_KIND]);
  nlattr* data = found[IFLA_INFO_DATA];
  if (data != nullptr && link.kind == "bridge")
    parse_bridge(data, link);
  if (data != nullptr && link.kind == "tun")
    parse_tun(data, link);
  nlattr* port = found[IFLA_INFO_SLAVE_DATA];
  if (port != nullptr && get_text(found[IFLA_INFO_SLAVE_KIND]) == "bridge")
    parse_bridge_port(port, link);
}

std::optional<MacAddress> get_mac(const nlattr* attribute) {
  MacAddress::Bytes bytes{};
  if (attribute == nullptr || static_cast<std::size_t>(nla_len(attribute)) != bytes.size())
    return std::nullopt;
  const auto* data = static_cast<const std::uint8_t*>(nla_data(attribute));
  std::copy_n(data, bytes.size(), bytes.begin());
  return MacAddress{bytes};
}

LinkCounters get_counters(const nlattr* attribute) {
  const auto stats = number_of<rtnl_link_stats64>(attribute);
  if (!stats)
    return {};
  return {.packets_in = stats->rx_packets,
          .bytes_in = stats->rx_bytes,
          .packets_out = stats->tx_packets,
          .bytes_out = stats->tx_bytes};
}

} // namespace

std::optional<Link> parse_link(const nlmsghdr& message) {
  auto* header = const_cast<nlmsghdr*>(&message); // libnl's parser is not const
  Attributes found{};
  if (message.nlmsg_type != RTM_NEWLINK ||
      nlmsg_parse(header, sizeof(ifinfomsg), found.data(), IFLA_MAX, nullptr) != 0)
    return std::nullopt;
  const auto& info = *static_cast<const ifinfomsg*>(nlmsg_data(header));
  Link link{.index = static_cast<std::uint32_t>(info.ifi_index),
            .name = get_text(found[IFLA_IFNAME]),
            .kind = {},
            .mac = get_mac(found[IFLA_ADDRESS]),
            .is_up = (info.ifi_flags & static_cast<unsigned>(IFF_UP)) != 0,
            .has_carrier = (info.ifi_flags & k_lower_up) != 0,
            .is_running = (info.ifi_flags & static_cast<unsigned>(IFF_RUNNING)) != 0,
            .alias = get_text(found[IFLA_IFALIAS]),
            .qdisc = get_text(found[IFLA_QDISC])};
  if (found[IFLA_MTU] != nullptr)
    link.mtu = nla_get_u32(found[IFLA_MTU]);
  if (found[IFLA_MASTER] != nullptr)
    link.master = nla_get_u32(found[IFLA_MASTER]);
  link.counters = get_counters(found[IFLA_STATS64]);
  link.is_loopback = (info.ifi_flags & static_cast<unsigned>(IFF_LOOPBACK)) != 0;
  link.is_ethernet = info.ifi_type == ARPHRD_ETHER;
  link.lower = number_of<std::uint32_t>(found[IFLA_LINK]).value_or(0);
  link.lower_is_elsewhere = found[IFLA_LINK_NETNSID] != nullptr;
  parse_kind(found[IFLA_LINKINFO], link);
  return link;
}

std::optional<BridgeCalls> parse_bridge_calls(const nlmsghdr& message) {
  const auto found = parse_message<IFLA_MAX, ifinfomsg>(message);
  if (message.nlmsg_type != RTM_NEWLINK || !found)
    return std::nullopt;
  const auto info = parse_nest<IFLA_INFO_MAX>((*found)[IFLA_LINKINFO]);
  if (text_of(info[IFLA_INFO_KIND]) != "bridge" || info[IFLA_INFO_DATA] == nullptr)
    return std::nullopt;
  const auto bridge = parse_nest<IFLA_BR_MAX>(info[IFLA_INFO_DATA]);
  const auto is_set = [](const nlattr* value) { return number_of<std::uint8_t>(value).value_or(0) != 0; };
  return BridgeCalls{.iptables = is_set(bridge[IFLA_BR_NF_CALL_IPTABLES]),
                     .ip6tables = is_set(bridge[IFLA_BR_NF_CALL_IP6TABLES])};
}

} // namespace vdeup::kernel
