#include "firewall/xt_extensions.hpp"

#include <linux/in.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <algorithm>
#include <array>
#include <span>

namespace vdeup::firewall {
namespace {

/// -m physdev --physdev-is-bridged, and nothing more.
bool asks_whether_bridged(kernel::Bytes data) {
  xt_physdev_info info{};
  return read_at(data, 0, info) && info.bitmask == XT_PHYSDEV_OP_BRIDGED && info.invert == 0;
}

/// -m conntrack --ctstate …, and nothing more; in the form that iptables uses since 2011.
Match evaluate_conntrack(kernel::Bytes data, std::uint32_t state) {
  xt_conntrack_mtinfo3 info{};
  if (state == 0 || !read_at(data, 0, info) || info.match_flags != XT_CONNTRACK_STATE)
    return Match::sometimes;
  const bool is_inverted = (info.invert_flags & XT_CONNTRACK_STATE) != 0;
  return match_if(((info.state_mask & state) != 0) != is_inverted);
}

/// -m state --state …
Match evaluate_state(kernel::Bytes data, std::uint32_t state) {
  xt_state_info info{};
  if (state == 0 || !read_at(data, 0, info))
    return Match::sometimes;
  return match_if((info.statemask & state) != 0);
}

/// The first and the last port, as xtables have them.
using PortRange = std::span<const std::uint16_t, 2>;

bool is_in(PortRange range, std::uint16_t port) {
  return range.front() <= port && port <= range.back();
}

bool is_any(PortRange range) {
  constexpr std::uint16_t k_last_port = 0xffff;
  return range.front() == 0 && range.back() == k_last_port;
}

/// -p udp --dport …
Match evaluate_udp(kernel::Bytes data, std::uint16_t port) {
  xt_udp info{};
  if (!read_at(data, 0, info))
    return Match::sometimes;
  if (is_in(info.dpts, port) == ((info.invflags & XT_UDP_INV_DSTPT) != 0))
    return Match::never;
  const bool takes_any = is_any(info.spts) && (info.invflags & XT_UDP_INV_SRCPT) == 0;
  return takes_any ? Match::always : Match::sometimes;
}

/// -p tcp --dport …
Match evaluate_tcp(kernel::Bytes data, std::uint16_t port) {
  xt_tcp info{};
  if (!read_at(data, 0, info))
    return Match::sometimes;
  const bool has_flags = (k_first_tcp_flags & info.flg_mask) == info.flg_cmp;
  if (is_in(info.dpts, port) == ((info.invflags & XT_TCP_INV_DSTPT) != 0) ||
      has_flags == ((info.invflags & XT_TCP_INV_FLAGS) != 0))
    return Match::never;
  const bool takes_any =
      is_any(info.spts) && info.option == 0 && (info.invflags & (XT_TCP_INV_SRCPT | XT_TCP_INV_OPTION)) == 0;
  return takes_any ? Match::always : Match::sometimes;
}

/// True if a port is one of a list, in which two can be a range.
bool is_listed(const xt_multiport_v1& list, std::uint16_t port) {
  const std::size_t count = std::min<std::size_t>(list.count, std::size(list.ports));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t first = list.ports[i];
    if (list.pflags[i] != 0 && i + 1 < count)
      ++i;
    if (first <= port && port <= list.ports[i])
      return true;
  }
  return false;
}

/// -m multiport --dports …
Match evaluate_multiport(kernel::Bytes data, std::uint16_t port) {
  xt_multiport_v1 info{};
  if (!read_at(data, 0, info))
    return Match::sometimes;
  const bool is_there = is_listed(info, port);
  if (info.flags == XT_MULTIPORT_SOURCE || (info.flags == XT_MULTIPORT_EITHER && !is_there))
    return Match::sometimes;
  return match_if(is_there != (info.invert != 0));
}

constexpr std::array<std::string_view, 8> k_going_on{"AUDIT", "CHECKSUM", "CONNMARK", "LOG",
                                                     "MARK",  "NFLOG",    "TCPMSS",   "TRACE"};

} // namespace

Match evaluate_xt_match(std::string_view name, kernel::Bytes data, const Frames& frames) {
  if (name == "comment" || (name == "physdev" && frames.is_bridged() && asks_whether_bridged(data)))
    return Match::always;
  if (name == "conntrack")
    return evaluate_conntrack(data, frames.state);
  if (name == "state")
    return evaluate_state(data, frames.state);
  if (name == "udp" && frames.service && frames.service->protocol == IPPROTO_UDP)
    return evaluate_udp(data, frames.service->port);
  if (name == "tcp" && frames.service && frames.service->protocol == IPPROTO_TCP)
    return evaluate_tcp(data, frames.service->port);
  if (name == "multiport" && frames.service)
    return evaluate_multiport(data, frames.service->port);
  return Match::sometimes;
}

void apply_xt_target(std::string_view name, FilterRule& rule) {
  if (name == "DROP" || name == "REJECT")
    rule.action = Action::drop;
  else if (std::find(k_going_on.begin(), k_going_on.end(), name) == k_going_on.end())
    rule.action = Action::unknown;
  rule.masquerades = name == "MASQUERADE";
}

} // namespace vdeup::firewall
