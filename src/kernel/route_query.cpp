#include "kernel/route_query.hpp"

#include "kernel/message_builder.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>

namespace vdeup::kernel {
namespace {

constexpr std::uint8_t k_bits4 = 32;
constexpr std::uint8_t k_bits6 = 128;

/// The first interface of RTA_MULTIPATH.
std::optional<std::uint32_t> first_hop(const nlattr* hops) {
  const Bytes bytes = bytes_of(hops);
  if (bytes.size() < sizeof(rtnexthop))
    return std::nullopt;
  rtnexthop hop{};
  std::memcpy(&hop, bytes.data(), sizeof(hop));
  return static_cast<std::uint32_t>(hop.rtnh_ifindex);
}

std::optional<std::uint32_t> link_of(const AttributeTable<RTA_MAX>& found) {
  const auto link = number_of<std::uint32_t>(found[RTA_OIF]);
  return link ? link : first_hop(found[RTA_MULTIPATH]);
}

struct FoundRoute {
  std::uint8_t type = 0; ///< RTN_*
  std::optional<std::uint32_t> link;
};

std::optional<FoundRoute> look_up(Netlink& netlink, const IpAddress& to,
                                  const std::optional<IpAddress>& from) {
  const bool has_source = from && from->is_ip6() == to.is_ip6();
  rtmsg info{};
  info.rtm_family = to.is_ip6() ? AF_INET6 : AF_INET;
  info.rtm_dst_len = to.is_ip6() ? k_bits6 : k_bits4;
  info.rtm_src_len = has_source ? info.rtm_dst_len : std::uint8_t{0};
  MessageBuilder builder{RTM_GETROUTE, 0, info};
  builder.put(RTA_DST, to);
  if (has_source)
    builder.put(RTA_SRC, *from);
  std::optional<FoundRoute> route;
  const Netlink::Receiver receive = [&route](const nlmsghdr& answer) {
    const auto found = parse_message<RTA_MAX, rtmsg>(answer);
    if (answer.nlmsg_type == RTM_NEWROUTE && found)
      route = FoundRoute{header_of<rtmsg>(answer).rtm_type, link_of(*found)};
  };
  // An error says why there is no route: unreachable, prohibited, no such source.
  if (!netlink.query(builder.message(), receive, "cannot find the route to " + to.str()))
    return std::nullopt;
  return route;
}

} // namespace

std::optional<DefaultRoute> parse_default_route(const nlmsghdr& message) {
  const auto found = parse_message<RTA_MAX, rtmsg>(message);
  if (message.nlmsg_type != RTM_NEWROUTE || !found)
    return std::nullopt;
  const auto& info = header_of<rtmsg>(message);
  const auto table = number_of<std::uint32_t>((*found)[RTA_TABLE]).value_or(info.rtm_table);
  const auto link = link_of(*found);
  if (info.rtm_dst_len != 0 || info.rtm_type != RTN_UNICAST || table != RT_TABLE_MAIN || !link)
    return std::nullopt;
  return DefaultRoute{.is_ip6 = info.rtm_family == AF_INET6,
                      .metric = number_of<std::uint32_t>((*found)[RTA_PRIORITY]).value_or(0),
                      .link = *link};
}

// ip route show default; ip -6 route show default
Result<std::vector<std::uint32_t>> list_default_route_links() {
  TRY(auto netlink, Netlink::open());
  std::vector<DefaultRoute> routes;
  for (const int family : {AF_INET, AF_INET6}) {
    rtmsg info{};
    info.rtm_family = static_cast<std::uint8_t>(family);
    TRY(auto found, dump<DefaultRoute>(netlink, RTM_GETROUTE, info, parse_default_route,
                                       "cannot list the default routes"));
    routes.insert(routes.end(), found.begin(), found.end());
  }
  std::stable_sort(routes.begin(), routes.end(), [](const DefaultRoute& a, const DefaultRoute& b) {
    return std::tie(a.is_ip6, a.metric) < std::tie(b.is_ip6, b.metric);
  });
  std::vector<std::uint32_t> links;
  for (const DefaultRoute& route : routes)
    if (std::find(links.begin(), links.end(), route.link) == links.end())
      links.push_back(route.link);
  return links;
}

// ip route get TO from FROM
Result<std::optional<std::uint32_t>> find_route_link(const IpAddress& to,
                                                     const std::optional<IpAddress>& from) {
  TRY(auto netlink, Netlink::open());
  const auto route = look_up(netlink, to, from);
  return route ? route->link : std::nullopt;
}

// ip route get ADDRESS
bool is_own_address(Netlink& netlink, const IpAddress& address) {
  const auto route = look_up(netlink, address, {});
  return route && route->type == RTN_LOCAL;
}

} // namespace vdeup::kernel
