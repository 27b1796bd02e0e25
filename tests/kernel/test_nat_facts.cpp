// What private networks do not touch, what they refuse, and what anybody may know of them.

#include "firewall/nat_obstacles.hpp"
#include "kernel/nat_lab.hpp"
#include "kernel/path_lab.hpp"
#include "nat/ip_networks.hpp"
#include "nat/nat_table.hpp"
#include "nat/udp_sockets.hpp"
#include "support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

using namespace lab;
using namespace nat_lab;
using path_lab::must;
using path_lab::needs;
using namespace vdeup;

TEST_CASE("nat: bridges and tables of others are not touched", "[nat]") {
  needs("nft");
  const PrivateBridge bridge0{"vdenat0"};
  must("ip link add br0 type bridge");
  const auto kind_of = [](const Result<>& outcome) {
    REQUIRE_FALSE(outcome);
    return outcome.error().kind();
  };
  auto another = adding("vdenat0");
  another.mark = mark_of("another");
  const std::string before = whole_state();
  CHECK(kind_of(try_to_add(adding("br0"))) == ErrorKind::conflict);
  CHECK(try_to_remove(removing("br0"))); // of which nothing is there
  CHECK(kind_of(try_to_add(adding("nobridge"))) == ErrorKind::missing);
  CHECK(kind_of(try_to_add(another)) == ErrorKind::conflict);
  CHECK(changes_of_state(before) == "");
  REQUIRE(nat::write_nat_table(another, {}));
  const std::string with_table = whole_state();
  CHECK(kind_of(try_to_add(adding("vdenat0"))) == ErrorKind::conflict);
  CHECK(try_to_remove(removing("vdenat0")));
  CHECK(changes_of_state(with_table) == "");
}

TEST_CASE("nat: a device that has taken a bridge's name keeps what it has, and the rules go", "[nat]") {
  needs("nft");
  must("ip link add vdenat0 type bridge");
  must("ip address add 10.1.2.1/24 dev vdenat0");
  const std::string before = whole_state();
  REQUIRE(nat::write_nat_table(adding("vdenat0"), {}));
  CHECK(changes_of_state(before) != "");
  CHECK(try_to_remove(removing("vdenat0")));
  CHECK(changes_of_state(before) == "");
  must("ip link delete vdenat0");
}

TEST_CASE("nat: a table of the same name that bears no mark is not replaced", "[nat]") {
  needs("nft");
  const PrivateBridge bridge0{"vdenat0"};
  must("nft add table inet vdeup_vdenat0");
  const std::string before = whole_state();
  const auto added = try_to_add(adding("vdenat0"));
  REQUIRE_FALSE(added);
  CHECK(added.error().kind() == ErrorKind::conflict);
  CHECK(try_to_remove(removing("vdenat0"))); // of which nothing bears the mark
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: names that nft cannot be told are refused, and all others are taken", "[nat]") {
  needs("nft");
  const PrivateBridge bridge0{"vdenat0"};
  REQUIRE(run({"ip", "link", "add", "$x@{;}#'`\\b", "type", "bridge"}).status == 0);
  const std::string good = whole_state();
  add(adding("vdenat0"));
  CHECK(value_of("ipv6/conf/$x@{;}#'`\\b/accept_ra") == "2");
  remove(removing("vdenat0"));
  CHECK(changes_of_state(good) == "");

  const std::string name = GENERATE("a\"b", "ab*");
  REQUIRE(run({"ip", "link", "add", name, "type", "bridge"}).status == 0);
  const std::string before = whole_state();
  const auto added = try_to_add(adding("vdenat0"));
  REQUIRE_FALSE(added);
  CHECK(added.error().kind() == ErrorKind::refused);
  CHECK(changes_of_state(before) == "");
  CHECK(run({"ip", "link", "delete", name}).status == 0);
  CHECK(run({"ip", "link", "delete", "$x@{;}#'`\\b"}).status == 0);
  CHECK(nat::nat_table_name(name_of("br-0.1_x")).value() == "vdeup_br-0.1_x");
  CHECK_FALSE(nat::nat_table_name(name_of("br{0}")));
}

TEST_CASE("nat: who may change nothing can look, and changes nothing", "[nat]") {
  needs("nft");
  needs_others();
  const PrivateBridge bridge0{"vdenat0"};
  add(adding("vdenat0"));
  const std::string before = whole_state();
  path_lab::Alice alice{[](int) {
    auto netlink = kernel::Netlink::open();
    const auto rules = nat::has_rules(name_of("vdenat0"), mark_of("vdenat0"));
    const auto used = nat::used_networks(netlink.value());
    const auto ruleset = firewall::read_ruleset();
    const auto added = try_to_add(adding("vdenat0"));
    const auto removed = try_to_remove(removing("vdenat0"));
    return seen("vdenat0") == adding("vdenat0").network && rules && !rules.value() && used &&
           used.value().size() >= 2 && !ruleset && ruleset.error().kind() == ErrorKind::not_permitted &&
           !added && added.error().kind() == ErrorKind::not_permitted && !removed &&
           removed.error().kind() == ErrorKind::not_permitted;
  }};
  CHECK(alice.finish());
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: a host has IPv6 unless it is switched off", "[nat]") {
  CHECK(nat::has_ip6());
  sysctl("ipv6/conf/all/disable_ipv6", "1");
  CHECK_FALSE(nat::has_ip6());
}

TEST_CASE("nat: the networks in use are those of addresses and of routes in any table", "[nat]") {
  const auto used = [](const std::string& address, std::uint8_t length) {
    auto netlink = kernel::Netlink::open();
    REQUIRE(netlink);
    const auto all = nat::used_networks(netlink.value());
    REQUIRE(all);
    return std::count(all.value().begin(), all.value().end(), prefix_of(address, length));
  };
  must("ip link add eth1 type bridge");
  must("ip link set eth1 up");
  CHECK(used("10.3.0.0", 16) == 0);
  must("ip address add 10.3.7.9/16 dev eth1 noprefixroute");
  must("ip address add 10.4.0.1 peer 10.5.0.129/25 dev eth1");
  must("ip -6 address add fd03::9/64 dev eth1 nodad");
  must("ip route add 10.6.0.0/15 dev eth1 table 77");
  must("ip route add unreachable 10.8.0.0/24");
  must("ip route add default dev eth1");
  must("ip -6 route add fd09::/48 dev eth1 table 78");
  CHECK(used("10.3.0.0", 16) == 1);
  CHECK(used("10.5.0.128", 25) == 1);
  CHECK(used("fd03::", 64) == 1);
  CHECK(used("10.6.0.0", 15) == 1);
  CHECK(used("10.8.0.0", 24) == 1);
  CHECK(used("fd09::", 48) == 1);
  CHECK(used("0.0.0.0", 0) == 0);
  CHECK(used("10.3.255.255", 32) == 0);
}

TEST_CASE("nat: served is a network whose gateway's own port 53 the owner has", "[nat]") {
  must("ip address add 10.77.5.1/24 dev lo");
  const IpAddress gateway = IpAddress::parse("10.77.5.1").value();
  const auto bound_to = [](const char* address) {
    UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(53);
    ::inet_pton(AF_INET, address, &to.sin_addr);
    REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    return fd;
  };
  CHECK_FALSE(nat::is_served(gateway, ::geteuid()));
  {
    const UniqueFd elsewhere = bound_to("127.0.0.1");
    CHECK_FALSE(nat::is_served(gateway, ::geteuid()));
  }
  {
    const UniqueFd everywhere = bound_to("0.0.0.0");
    CHECK_FALSE(nat::is_served(gateway, ::geteuid()));
  }
  const UniqueFd there = bound_to("10.77.5.1");
  CHECK(nat::is_served(gateway, ::geteuid()));
  CHECK_FALSE(nat::is_served(gateway, ::geteuid() + 1));
}
