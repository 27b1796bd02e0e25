#include "kernel/route_message.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <limits>

namespace vdeup::kernel {
namespace {

constexpr std::uint32_t k_ticks = 100; // USER_HZ, in which the kernel tells when a route expires

std::optional<IpPrefix> prefix_of(const nlattr* attribute, bool is_ip6, std::uint8_t length) {
  const auto address = ip_address_of(attribute);
  if (attribute != nullptr && (!address || address->is_ip6() != is_ip6))
    return std::nullopt;
  return IpPrefix{address.value_or(any_address(is_ip6)), length};
}

/// True for what belongs to a next hop, where there are several.
bool is_of_next_hop(int type) {
  return type == RTA_VIA || type == RTA_FLOW || type == RTA_ENCAP || type == RTA_ENCAP_TYPE ||
         type == RTA_NEWDST;
}

void read_hop_attribute(const nlattr& attribute, NextHop& hop) {
  if (nla_type(&attribute) == RTA_GATEWAY)
    hop.gateway = ip_address_of(&attribute);
  else if (is_of_next_hop(nla_type(&attribute)))
    hop.others.push_back(raw(attribute));
}

std::vector<NextHop> read_hops(const nlattr& multipath) {
  std::vector<NextHop> hops;
  Bytes left = bytes_of(&multipath);
  while (left.size() >= sizeof(rtnexthop)) {
    rtnexthop header{};
    std::memcpy(&header, left.data(), sizeof(header));
    if (header.rtnh_len < sizeof(header) || header.rtnh_len > left.size())
      break;
    NextHop hop{.interface = static_cast<std::uint32_t>(header.rtnh_ifindex),
                .weight = header.rtnh_hops,
                .on_link = (header.rtnh_flags & RTNH_F_ONLINK) != 0};
    auto* first = const_cast<nlattr*>(reinterpret_cast<const nlattr*>(left.data() + sizeof(header)));
    nlattr* attribute = nullptr;
    int rest = 0;
    nla_for_each_attr(attribute, first, static_cast<int>(header.rtnh_len - sizeof(header)), rest)
        read_hop_attribute(*attribute, hop);
    hops.push_back(std::move(hop));
    left = left.subspan(std::min<std::size_t>(NLA_ALIGN(header.rtnh_len), left.size()));
  }
  return hops;
}

void read_expiry(const nlattr& attribute, Route& route) {
  const auto info = number_of<rta_cacheinfo>(&attribute);
  if (info && info->rta_expires > 0)
    route.expires = std::max(1U, static_cast<std::uint32_t>(info->rta_expires) / k_ticks);
}

/// Put one attribute where it belongs. What is neither read nor kept does not come from who made the route.
void read_attribute(const nlattr& attribute, Route& route, NextHop& single) {
  switch (const int type = nla_type(&attribute)) {
  case RTA_DST:
  case RTA_SRC:
  case RTA_UID:
  case RTA_IIF:
    break;
  case RTA_TABLE:
    route.table = number_of<std::uint32_t>(&attribute).value_or(route.table);
    break;
  case RTA_OIF:
    single.interface = number_of<std::uint32_t>(&attribute).value_or(0);
    break;
  case RTA_PRIORITY:
    route.metric = number_of<std::uint32_t>(&attribute).value_or(0);
    break;
  case RTA_PREFSRC:
    route.preferred_source = ip_address_of(&attribute);
    break;
  case RTA_MULTIPATH:
    route.next_hops = read_hops(attribute);
    break;
  case RTA_CACHEINFO:
    read_expiry(attribute, route);
    break;
  case RTA_NH_ID:
    route.next_hop = number_of<std::uint32_t>(&attribute);
    break;
  default:
    if (type == RTA_GATEWAY || is_of_next_hop(type))
      read_hop_attribute(attribute, single);
    else
      route.others.push_back(raw(attribute));
  }
}

void put_hop(MessageBuilder& builder, const NextHop& hop) {
  if (hop.gateway)
    builder.put(RTA_GATEWAY, *hop.gateway);
  builder.put(hop.others);
}

void put_hops(MessageBuilder& builder, const Route& route, std::uint32_t index) {
  for (const NextHop& hop : route.next_hops) {
    const std::uint8_t* start = builder.end();
    auto* header = builder.reserve<rtnexthop>();
    if (header == nullptr)
      return;
    header->rtnh_ifindex = static_cast<int>(hop.interface == 0 ? index : hop.interface);
    header->rtnh_hops = hop.weight;
    header->rtnh_flags = hop.on_link ? RTNH_F_ONLINK : 0;
    put_hop(builder, hop);
    header->rtnh_len = static_cast<std::uint16_t>(builder.end() - start);
  }
}

rtmsg header_for(const Route& route) {
  rtmsg info{};
  info.rtm_family = route.is_ip6() ? AF_INET6 : AF_INET;
  info.rtm_dst_len = route.destination.length;
  info.rtm_src_len = route.source ? route.source->length : std::uint8_t{0};
  info.rtm_tos = route.tos;
  info.rtm_table = RT_TABLE_UNSPEC; // the attribute says it, which has room for all of them
  info.rtm_protocol = route.protocol;
  info.rtm_scope = route.scope;
  info.rtm_type = route.type;
  if (route.next_hops.size() == 1 && route.next_hops.front().on_link)
    info.rtm_flags = RTNH_F_ONLINK;
  return info;
}

} // namespace

std::optional<Route> parse_route(const nlmsghdr& message) {
  const auto found = parse_message<RTA_MAX, rtmsg>(message);
  if (message.nlmsg_type != RTM_NEWROUTE || !found)
    return std::nullopt;
  const auto& info = header_of<rtmsg>(message);
  const bool is_ip6 = info.rtm_family == AF_INET6;
  const auto destination = prefix_of((*found)[RTA_DST], is_ip6, info.rtm_dst_len);
  if ((!is_ip6 && info.rtm_family != AF_INET) || (info.rtm_flags & RTM_F_CLONED) != 0 || !destination)
    return std::nullopt;
  Route route{.table = info.rtm_table,
              .destination = *destination,
              .tos = info.rtm_tos,
              .protocol = info.rtm_protocol,
              .scope = info.rtm_scope,
              .type = info.rtm_type};
  if (info.rtm_src_len != 0)
    route.source = prefix_of((*found)[RTA_SRC], is_ip6, info.rtm_src_len);
  NextHop single{.on_link = (info.rtm_flags & RTNH_F_ONLINK) != 0};
  for (const nlattr* attribute : *found)
    if (attribute != nullptr)
      read_attribute(*attribute, route, single);
  if (route.next_hops.empty())
    route.next_hops.push_back(std::move(single));
  if (route.table == RT_TABLE_LOCAL && route.protocol == RTPROT_KERNEL)
    return std::nullopt;
  return route;
}

MessageBuilder route_message(int type, int flags, std::uint32_t index, const Route& route) {
  MessageBuilder builder{type, flags, header_for(route)};
  builder.put(RTA_TABLE, route.table);
  if (route.destination.length != 0)
    builder.put(RTA_DST, route.destination.address);
  if (route.source)
    builder.put(RTA_SRC, route.source->address);
  if (route.metric != 0)
    builder.put(RTA_PRIORITY, route.metric);
  if (route.preferred_source)
    builder.put(RTA_PREFSRC, *route.preferred_source);
  if (route.expires != 0 && type == RTM_NEWROUTE)
    builder.put(RTA_EXPIRES, route.expires);
  if (route.next_hops.size() > 1) {
    builder.nest(RTA_MULTIPATH, [&] { put_hops(builder, route, index); });
  } else {
    builder.put(RTA_OIF, index);
    for (const NextHop& hop : route.next_hops)
      put_hop(builder, hop);
  }
  builder.put(route.others);
  return builder;
}

} // namespace vdeup::kernel
