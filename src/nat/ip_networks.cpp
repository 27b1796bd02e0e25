#include "nat/ip_networks.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace vdeup::nat {
namespace {

std::optional<IpAddress> parse_gateway(const nlmsghdr& message) {
  const auto found = kernel::parse_message<RTA_MAX, rtmsg>(message);
  return message.nlmsg_type == RTM_NEWROUTE && found ? kernel::ip_address_of((*found)[RTA_GATEWAY])
                                                     : std::nullopt;
}

} // namespace

std::optional<IpPrefix> parse_address_network(const nlmsghdr& message) {
  const auto found = kernel::parse_message<IFA_MAX, ifaddrmsg>(message);
  if (message.nlmsg_type != RTM_NEWADDR || !found)
    return std::nullopt;
  // Where an address has a peer, the prefix is of the peer's.
  const auto address = kernel::ip_address_of((*found)[IFA_ADDRESS]);
  const auto local = kernel::ip_address_of((*found)[IFA_LOCAL]);
  if (!address && !local)
    return std::nullopt;
  return network_of({address ? *address : *local, kernel::header_of<ifaddrmsg>(message).ifa_prefixlen});
}

std::optional<IpPrefix> parse_route_network(const nlmsghdr& message) {
  const auto found = kernel::parse_message<RTA_MAX, rtmsg>(message);
  if (message.nlmsg_type != RTM_NEWROUTE || !found)
    return std::nullopt;
  const auto& info = kernel::header_of<rtmsg>(message);
  const auto destination = kernel::ip_address_of((*found)[RTA_DST]);
  const bool leads_on = info.rtm_type != RTN_LOCAL && info.rtm_type != RTN_BROADCAST &&
                        info.rtm_type != RTN_ANYCAST && info.rtm_type != RTN_MULTICAST;
  if (!leads_on || info.rtm_dst_len == 0 || !destination || (info.rtm_flags & RTM_F_CLONED) != 0)
    return std::nullopt;
  return network_of({*destination, info.rtm_dst_len});
}

Result<std::vector<IpAddress>> list_gateways(kernel::Netlink& netlink) {
  return kernel::dump<IpAddress>(netlink, RTM_GETROUTE, rtmsg{}, parse_gateway,
                                 "cannot list the routes of this host");
}

// ip address show; ip route show table all; ip -6 route show table all
Result<std::vector<IpPrefix>> used_networks(kernel::Netlink& netlink) {
  TRY(auto networks, kernel::dump<IpPrefix>(netlink, RTM_GETADDR, ifaddrmsg{}, parse_address_network,
                                            "cannot list the addresses of this host"));
  TRY(auto destinations, kernel::dump<IpPrefix>(netlink, RTM_GETROUTE, rtmsg{}, parse_route_network,
                                                "cannot list the routes of this host"));
  std::vector<IpPrefix> used;
  networks.insert(networks.end(), destinations.begin(), destinations.end());
  for (const IpPrefix& network : networks)
    if (network.length != 0 && std::find(used.begin(), used.end(), network) == used.end())
      used.push_back(network);
  return used;
}

} // namespace vdeup::nat
