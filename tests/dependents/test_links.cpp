// Which interface can be moved into a bridge, on devices of the real kernel.

#include "dependents/guard_lab.hpp"
#include "kernel/links.hpp"
#include "kernel/route_query.hpp"
#include "nicmove/nic_choice.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

using namespace guard_lab;
using namespace vdeup;
using lab::has;

namespace {

nicmove::HostLinks survey() {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  auto links = kernel::list_links(netlink.value());
  auto routes = kernel::list_default_route_links();
  REQUIRE(links);
  REQUIRE(routes);
  return {.links = links.value(), .default_routes = routes.value()};
}

Result<nicmove::NicChoice> choose(const std::string& name) {
  return nicmove::choose_nic(IfName::parse(name).value(), false, survey());
}

/// Why it is refused; empty if it is not.
std::string refusal_of(const std::string& name) {
  const auto choice = choose(name);
  return choice ? "" : choice.error().cause();
}

/// Make a device, or skip the test where this kernel has no such thing.
void make(const std::string& words) {
  if (lab::run({"sh", "-c", "ip link add " + words}).status != 0)
    lab::skip("this kernel cannot do: ip link add " + words);
}

} // namespace

TEST_CASE("links: the loopback interface, a TAP and a tunnel are no NICs", "[guard]") {
  must("ip tuntap add tap0 mode tap");
  must("ip tuntap add tun0 mode tun");
  CHECK(has(refusal_of("lo"), "loopback"));
  CHECK(has(refusal_of("tap0"), "a TAP"));
  CHECK(has(refusal_of("tun0"), "no Ethernet frames"));
  CHECK(choose("nosuch0").error().kind() == ErrorKind::missing);
}

TEST_CASE("links: a port of a bridge answers with its bridge, and a bridge is refused", "[guard]") {
  make("br0 type bridge");
  make("nic0 type veth peer name far0");
  must("ip link set nic0 master br0");
  const auto choice = choose("nic0");
  REQUIRE(choice);
  REQUIRE(choice.value().bridge);
  CHECK(choice.value().bridge->str() == "br0");
  CHECK(has(refusal_of("br0"), "bridge itself"));
}

TEST_CASE("links: a device under a macvtap is refused as the kernel refuses it, and so is the macvtap",
          "[guard]") {
  make("nic0 type veth peer name far0");
  make("mac0 link nic0 type macvtap mode bridge");
  CHECK(has(refusal_of("nic0"), "mac0 stands on it"));
  CHECK(has(refusal_of("mac0"), "its own address only"));
  make("br0 type bridge");
  CHECK(has(lab::run({"ip", "link", "set", "nic0", "master", "br0"}).err, "RTNETLINK answers:"));
  must("ip link delete mac0");
  CHECK(refusal_of("nic0") == "");
  must("ip link set nic0 master br0");
}

TEST_CASE("links: a veth is the NIC of a host that has no other, and leads out where the default route does",
          "[guard]") {
  const Elsewhere client;
  CHECK_FALSE(nicmove::choose_nic(std::nullopt, false, survey()));
  connect(client);
  make("other0 type veth peer name other1");
  const auto choice = nicmove::choose_nic(std::nullopt, false, survey());
  REQUIRE(choice);
  CHECK(choice.value().nic.name == "nic0");
  CHECK(choice.value().nic.lower_is_elsewhere);
  CHECK(choice.value().reason == "the default route leads out of it");
  REQUIRE(choice.value().notes.size() == 1);
  CHECK(has(choice.value().notes.front(), "another network namespace"));
}

TEST_CASE("links: beside a physical NIC, the veth of a container yields to force only", "[guard]") {
  const Elsewhere container;
  must("ip link add veth0 type veth peer name eth0 netns " + container.pid());
  nicmove::HostLinks seen = survey();
  seen.links.push_back({.index = 1000, .name = "enp1s0", .kind = ""}); // no kernel lends us a physical one
  const IfName name = IfName::parse("veth0").value();
  const auto refused = nicmove::choose_nic(name, false, seen);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "container"));
  CHECK(nicmove::choose_nic(name, true, seen));
  CHECK(nicmove::choose_nic(std::nullopt, false, seen).value().nic.name == "enp1s0");
}

TEST_CASE("links: a VXLAN carries Ethernet and may be moved", "[guard]") {
  make("nic0 type veth peer name far0");
  make("vx0 type vxlan id 7 dstport 4789 dev nic0");
  CHECK(refusal_of("vx0") == "");
  CHECK(refusal_of("nic0") == "");
}

TEST_CASE("links: a VLAN device stays on a NIC that may be moved, and may be moved itself", "[guard]") {
  make("nic0 type veth peer name far0");
  make("nic0.5 link nic0 type vlan id 5");
  CHECK(refusal_of("nic0.5") == "");
  const auto choice = choose("nic0");
  REQUIRE(choice);
  CHECK(has(choice.value().notes.front(), "nic0.5 stays on nic0"));
}

TEST_CASE("links: a member of a bond is refused for its bond, which may be moved", "[guard]") {
  make("bond0 type bond");
  make("nic0 type veth peer name far0");
  must("ip link set nic0 master bond0");
  CHECK(has(refusal_of("nic0"), "a part of bond0"));
  CHECK(refusal_of("bond0") == "");
}

TEST_CASE("links: the default route with the lowest metric comes first, IPv4 before IPv6", "[guard]") {
  for (const char* name : {"a0", "b0", "c0"}) {
    must(std::string{"ip link add "} + name + " type veth peer name x" + name);
    must(std::string{"ip link set "} + name + " up");
    must(std::string{"ip link set x"} + name + " up");
  }
  must("ip route add default dev a0 metric 20");
  must("ip route add default dev b0 metric 10");
  must("ip route add 0.0.0.0/0 dev c0 table 99");
  must("ip -6 route add default dev c0 metric 1");
  const nicmove::HostLinks seen = survey();
  REQUIRE(seen.default_routes.size() == 3);
  CHECK(nicmove::choose_nic(std::nullopt, false, seen).value().nic.name == "b0");
  const auto name_of = [&](std::uint32_t index) {
    return std::find_if(seen.links.begin(), seen.links.end(), [&](const Link& l) { return l.index == index; })
        ->name;
  };
  CHECK(name_of(seen.default_routes[1]) == "a0");
  CHECK(name_of(seen.default_routes[2]) == "c0");
}

TEST_CASE("links: the kernel says which way a peer is reached, rules considered", "[guard]") {
  must("ip link add a0 type veth peer name xa0");
  must("ip link add b0 type veth peer name xb0");
  for (const char* name : {"a0", "xa0", "b0", "xb0"})
    must(std::string{"ip link set "} + name + " up");
  must("ip address add 192.0.2.1/24 dev a0");
  must("ip address add 198.51.100.1/24 dev b0");
  must("ip route add default via 198.51.100.2 table 7");
  must("ip rule add from 198.51.100.1 table 7");
  must("ip route add default via 192.0.2.2");
  const auto link_to = [](const char* to, const char* from) {
    const std::optional<IpAddress> source =
        from == nullptr ? std::nullopt : std::optional{IpAddress::parse(from).value()};
    return kernel::find_route_link(IpAddress::parse(to).value(), source).value();
  };
  auto netlink = kernel::Netlink::open();
  const auto index_of = [&](const char* name) {
    return kernel::find_link(netlink.value(), IfName::parse(name).value()).value()->index;
  };
  CHECK(link_to("203.0.113.9", nullptr) == index_of("a0"));
  CHECK(link_to("203.0.113.9", "198.51.100.1") == index_of("b0"));
  CHECK_FALSE(link_to("2001:db8::9", nullptr));
}
