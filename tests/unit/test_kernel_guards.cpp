// What the kernel room makes of messages about sockets, routes and what links stand on, also of those that no
// kernel should send.

#include "kernel/connections.hpp"
#include "kernel/link_message.hpp"
#include "kernel/route_query.hpp"
#include "unit/netlink_bytes.hpp"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

using namespace netlink_bytes;
using namespace vdeup;
using namespace vdeup::kernel;

namespace {

Message route_message(std::uint8_t type, std::uint32_t table) {
  rtmsg info{};
  info.rtm_family = AF_INET;
  info.rtm_type = type;
  Message message = message_of(RTM_NEWROUTE, info);
  put_number(message, RTA_TABLE, table);
  return message;
}

} // namespace

TEST_CASE("parse_connection: reads no further than a message goes", "[kernel]") {
  inet_diag_msg info{};
  info.idiag_family = AF_INET6;
  const Message message = message_of(SOCK_DIAG_BY_FAMILY, info);
  const auto parse = [](const nlmsghdr& header) {
    return parse_connection(header, Connection::Protocol::tcp);
  };
  CHECK(parse(*nlmsg_hdr(message.get())));
  parse_all_beginnings(message, parse);
}

TEST_CASE("parse_default_route: routes to somewhere, of other tables and that drop are none", "[kernel]") {
  const Message good = route_message(RTN_UNICAST, RT_TABLE_MAIN);
  CHECK_FALSE(parse_default_route(*nlmsg_hdr(good.get()))); // no interface
  put_number(good, RTA_OIF, 4);
  put_number(good, RTA_PRIORITY, 100);
  const auto route = parse_default_route(*nlmsg_hdr(good.get()));
  REQUIRE(route);
  CHECK(route->link == 4);
  CHECK(route->metric == 100);
  parse_all_beginnings(good, parse_default_route);

  const Message other = route_message(RTN_UNICAST, 100);
  put_number(other, RTA_OIF, 4);
  CHECK_FALSE(parse_default_route(*nlmsg_hdr(other.get())));
  const Message drop = route_message(RTN_BLACKHOLE, RT_TABLE_MAIN);
  put_number(drop, RTA_OIF, 1);
  CHECK_FALSE(parse_default_route(*nlmsg_hdr(drop.get())));
}

TEST_CASE("parse_default_route: of several next hops the first counts", "[kernel]") {
  const Message message = route_message(RTN_UNICAST, RT_TABLE_MAIN);
  rtnexthop hop{};
  hop.rtnh_len = sizeof(hop);
  hop.rtnh_ifindex = 9;
  REQUIRE(nla_put(message.get(), RTA_MULTIPATH, sizeof(hop), &hop) == 0);
  REQUIRE(parse_default_route(*nlmsg_hdr(message.get())));
  CHECK(parse_default_route(*nlmsg_hdr(message.get()))->link == 9);
  parse_all_beginnings(message, parse_default_route);
}

TEST_CASE("parse_link: says what a link stands on, and what it is a part of", "[kernel]") {
  ifinfomsg info{};
  info.ifi_type = ARPHRD_ETHER;
  const Message message = message_of(RTM_NEWLINK, info);
  put_text(message, IFLA_IFNAME, "eth0.5");
  put_number(message, IFLA_LINK, 3);
  nest(message, IFLA_LINKINFO, [&] {
    put_text(message, IFLA_INFO_KIND, "vlan");
    put_text(message, IFLA_INFO_SLAVE_KIND, "bond");
  });
  const auto link = parse_link(*nlmsg_hdr(message.get()));
  REQUIRE(link);
  CHECK(link->lower == 3);
  CHECK_FALSE(link->lower_is_elsewhere);
  CHECK(link->port_kind == "bond");
  CHECK(link->is_ethernet);
  parse_all_beginnings(message, parse_link);
}
