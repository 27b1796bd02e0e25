#include "kernel/link_message.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>

namespace vdeup::kernel {
namespace {

constexpr unsigned k_lower_up = 1U << 16U; // IFF_LOWER_UP; <linux/if.h> cannot be included beside <net/if.h>
constexpr std::uint8_t k_tap_mode = 2;     // IFF_TAP, as IFLA_TUN_TYPE gives it

void parse_tun(nlattr* data, Link& link) {
  const auto found = parse_nest<IFLA_TUN_MAX>(data);
  link.tun_owner = number_of<std::uint32_t>(found[IFLA_TUN_OWNER]);
  link.is_multi_queue = number_of<std::uint8_t>(found[IFLA_TUN_MULTI_QUEUE]).value_or(0) != 0;
  for (const auto queues : {IFLA_TUN_NUM_QUEUES, IFLA_TUN_NUM_DISABLED_QUEUES})
    link.tun_queues += number_of<std::uint32_t>(found.at(queues)).value_or(0);
  link.is_tap = number_of<std::uint8_t>(found[IFLA_TUN_TYPE]) == k_tap_mode;
}

/// The numbers of the kernel are those of the enumeration.
std::optional<PortState> to_port_state(std::uint8_t state) {
  static_assert(static_cast<int>(PortState::disabled) == BR_STATE_DISABLED &&
                static_cast<int>(PortState::blocking) == BR_STATE_BLOCKING);
  return state > BR_STATE_BLOCKING ? std::nullopt : std::optional{static_cast<PortState>(state)};
}

void parse_kind(nlattr* nest, Link& link) {
  const auto info = parse_nest<IFLA_INFO_MAX>(nest);
  link.kind = text_of(info[IFLA_INFO_KIND]);
  link.port_kind = text_of(info[IFLA_INFO_SLAVE_KIND]);
  if (link.kind == "bridge") {
    const auto bridge = parse_nest<IFLA_BR_MAX>(info[IFLA_INFO_DATA]);
    if (const auto stp = number_of<std::uint32_t>(bridge[IFLA_BR_STP_STATE]))
      link.bridge_stp = *stp != 0;
  }
  if (link.kind == "tun")
    parse_tun(info[IFLA_INFO_DATA], link);
  if (link.port_kind == "bridge") {
    const auto port = parse_nest<IFLA_BRPORT_MAX>(info[IFLA_INFO_SLAVE_DATA]);
    if (const auto state = number_of<std::uint8_t>(port[IFLA_BRPORT_STATE]))
      link.port_state = to_port_state(*state);
  }
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
  const auto attributes = parse_message<IFLA_MAX, ifinfomsg>(message);
  if (message.nlmsg_type != RTM_NEWLINK || !attributes)
    return std::nullopt;
  const auto& found = *attributes;
  const auto& info = header_of<ifinfomsg>(message);
  const auto has = [&info](unsigned flag) { return (info.ifi_flags & flag) != 0; };
  Link link{.index = static_cast<std::uint32_t>(info.ifi_index),
            .name = text_of(found[IFLA_IFNAME]),
            .kind = {},
            .mac = mac_of(found[IFLA_ADDRESS]),
            .mtu = number_of<std::uint32_t>(found[IFLA_MTU]).value_or(0),
            .is_up = has(IFF_UP),
            .has_carrier = has(k_lower_up),
            .is_running = has(IFF_RUNNING),
            .master = number_of<std::uint32_t>(found[IFLA_MASTER]).value_or(0),
            .alias = text_of(found[IFLA_IFALIAS]),
            .qdisc = text_of(found[IFLA_QDISC])};
  link.counters = get_counters(found[IFLA_STATS64]);
  link.is_loopback = has(IFF_LOOPBACK);
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
