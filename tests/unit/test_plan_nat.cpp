#include "model/interpret.hpp"
#include "plan/desire.hpp"
#include "plan/functional.hpp"
#include "plan/nat_choice.hpp"
#include "plan/planner.hpp"
#include "plan/removal.hpp"
#include "plan/verify.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::plan;

namespace {

constexpr std::string_view k_seed = "a host";
const Request k_request{.scope = {.owner = {1000, 1000, "acue"},
                                  .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                              SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}},
                        .uplink = UplinkKind::nat};
const Scope& k_scope = k_request.scope;

IfName name(std::string_view text) {
  return IfName::parse(text).value();
}

IpPrefix prefix(std::string_view address, std::uint8_t length) {
  return IpPrefix{IpAddress::parse(address).value(), length};
}

Link bridge_link(const std::string& called, const std::string& alias) {
  Link link;
  link.name = called;
  link.index = 7;
  link.kind = "bridge";
  link.alias = alias;
  link.mac = bridge_address(name(called), k_seed);
  return link;
}

const PrivateNetwork k_network{prefix("10.1.2.1", 24), prefix("fd00:1:2:3::1", 64)};
const Nat k_whole{.network = k_network, .forwards = true, .has_rules = true, .is_served = true};

/// The network that is asked for, where `links` are there and `observed` was seen.
Network desired(const std::vector<Link>& links, const Network& observed) {
  auto choice = choose_nat_bridge(k_scope, links, k_seed).value();
  choice.network = k_network;
  return desire(k_request, choice, observed, links).value();
}

std::string text(const Plan& plan) {
  std::string lines;
  for (const PlannedStep& step : plan)
    lines += describe(step.step) + (step.undo ? " | " + describe(*step.undo) : "") + "\n";
  return lines;
}

/// All of it there.
Network whole() {
  Network network = desired({}, {});
  network.tap->index = 9;
  network.vde_switch.port_limit = 128;
  return network;
}

} // namespace

TEST_CASE("nat mark: its text reads back, and no other mark's does", "[nat]") {
  const NatMark mark = nat_mark(k_scope);
  CHECK(mark.text() == "vdeup nat uid=1000 switch=/var/tmp/vde_switch0.acue");
  CHECK(NatMark::parse(mark.text()) == mark);
  CHECK_FALSE(NatMark::parse("vdeup uid=1000 switch=/var/tmp/vde_switch0.acue"));
  CHECK_FALSE(NatMark::parse("vdeup nat uid=1000"));
  CHECK_FALSE(NatMark::parse(std::string{k_bridge_mark}));
  CHECK_FALSE(TapMark::parse(mark.text()));
}

TEST_CASE("nat bridge: the first name of its owner that is free, or the one that is there", "[nat]") {
  const std::string mine = nat_mark(k_scope).text();
  const std::string others = NatMark{1001, k_scope.sockets.dir}.text();
  CHECK(choose_nat_bridge(k_scope, {}, k_seed).value().bridge.name == name("vdenat1000"));
  const auto free = choose_nat_bridge(k_scope, {bridge_link("vdenat1000", others)}, k_seed).value();
  CHECK_FALSE(free.exists);
  CHECK(free.bridge.name == name("vdenat1000b"));
  CHECK(free.bridge.nat == nat_mark(k_scope));
  const auto there = choose_nat_bridge(k_scope, {bridge_link("odd", mine)}, k_seed).value();
  CHECK(there.exists);
  CHECK(there.bridge.name == name("odd"));
}

TEST_CASE("nat bridge: one that we died over is taken up, and a stranger's is not", "[nat]") {
  const auto half = choose_nat_bridge(k_scope, {bridge_link("vdenat1000", "")}, k_seed).value();
  CHECK(half.exists);
  CHECK(half.bridge.is_half_made);
  Link stranger = bridge_link("vdenat1000", "");
  stranger.mac = MacAddress::parse("02:00:00:00:00:01").value();
  CHECK(choose_nat_bridge(k_scope, {stranger}, k_seed).value().bridge.name == name("vdenat1000b"));
}

TEST_CASE("nat bridge: no other network takes it for a bridge", "[nat]") {
  const Link link = bridge_link("vdenat1000", nat_mark(k_scope).text());
  CHECK(suitable_bridges({link}).empty());
  CHECK(choose_bridge({}, {link}, k_seed).value().bridge.name == name("ctysbr0"));
  const auto refused = choose_bridge(name("vdenat1000"), {link}, k_seed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().cause() == "it is the private network of the switch /var/tmp/vde_switch0.acue");
}

TEST_CASE("can_be_quoted: what nft would read otherwise cannot", "[nat]") {
  CHECK(can_be_quoted("eth0.5 @$#;{}'\\"));
  for (const char* name : {"a\"", "a*", "a\nb"})
    CHECK_FALSE(can_be_quoted(name));
}

TEST_CASE("nat bridge: a switch that rules cannot name is refused before anything is made", "[nat]") {
  Scope quoted = k_scope;
  quoted.sockets.dir = SocketPath::directory("/var/tmp/a\"b").value();
  const auto refused = choose_nat_bridge(quoted, {}, k_seed);
  REQUIRE(!refused);
  CHECK(refused.error().kind() == ErrorKind::refused);
  CHECK(refused.error().hints().text().find("with -s") != std::string::npos);
}

TEST_CASE("private network: the same each time, and of nobody", "[nat]") {
  const auto first = choose_private_network(k_scope, k_seed, {}, true).value();
  CHECK(choose_private_network(k_scope, k_seed, {}, true).value() == first);
  CHECK(check_private_network(first, {}));
  CHECK(first.gateway4.address.bytes4()[0] == 10);
  CHECK_FALSE(choose_private_network(k_scope, k_seed, {}, false).value().gateway6);
  Scope other = k_scope;
  other.owner.uid = 1001;
  CHECK(choose_private_network(other, k_seed, {}, true).value() != first);
}

TEST_CASE("private network: it clashes with nothing that this host has a way to", "[nat]") {
  const auto first = choose_private_network(k_scope, k_seed, {}, true).value();
  const auto next = choose_private_network(k_scope, k_seed, {first.gateway4, *first.gateway6}, true).value();
  CHECK_FALSE(overlap(next.gateway4, first.gateway4));
  CHECK_FALSE(overlap(*next.gateway6, *first.gateway6));
  const IpPrefix ten = prefix("10.0.0.0", 8);
  const auto in_192 = choose_private_network(k_scope, k_seed, {ten}, false).value();
  CHECK(overlap(in_192.gateway4, prefix("192.168.0.0", 16)));
  const auto in_172 =
      choose_private_network(k_scope, k_seed, {ten, prefix("192.168.0.0", 16)}, false).value();
  CHECK(overlap(in_172.gateway4, prefix("172.16.0.0", 12)));
  const auto full = choose_private_network(k_scope, k_seed,
                                           {ten, prefix("192.168.0.0", 16), prefix("172.16.0.0", 12)}, false);
  REQUIRE_FALSE(full);
  CHECK(full.error().kind() == ErrorKind::refused);
}

TEST_CASE("private network: a range that a server of this host is in is the last resort", "[nat]") {
  const IpPrefix resolver = prefix("10.11.184.53", 32);
  const auto beside = choose_private_network(k_scope, k_seed, {resolver}, false).value();
  CHECK(overlap(beside.gateway4, prefix("192.168.0.0", 16)));
  const std::vector<IpPrefix> everywhere{resolver, prefix("192.168.1.1", 32), prefix("172.20.0.1", 32)};
  const auto among = choose_private_network(k_scope, k_seed, everywhere, false).value();
  CHECK(overlap(among.gateway4, prefix("10.0.0.0", 8)));
  CHECK(check_private_network(among, everywhere));
  const auto refused = check_private_network({prefix("10.1.2.1", 24), {}}, {resolver});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().cause() == "servers of this host are in 10.0.0.0/8");
}

TEST_CASE("nat bridge: users have names of their own, and a user has so many", "[nat]") {
  CHECK(nat_bridge_name(0, 0).value() == name("vdenat0"));
  CHECK(nat_bridge_name(65534, 25).value() == name("vdenat65534z"));
  CHECK(nat_bridge_name(99999999, 1).value() == name("vdenat99999999b"));
  CHECK_FALSE(nat_bridge_name(4294967294, 0));
  std::vector<Link> all;
  for (unsigned number = 0; number < k_max_nat_bridges; ++number)
    all.push_back(bridge_link(nat_bridge_name(1000, number).value().str(), "somebody's"));
  const auto refused = choose_nat_bridge(k_scope, all, k_seed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::refused);
}

TEST_CASE("private network: one small gap is found, and slirp's network is none", "[nat]") {
  // Everything but one /24: at each length the half in which the gap is not.
  const auto all_but = [](std::uint32_t gap) {
    std::vector<IpPrefix> used{prefix("192.168.0.0", 16), prefix("172.16.0.0", 12)};
    for (std::uint8_t length = 9; length <= 24; ++length) {
      const std::uint32_t other = gap ^ (1U << (32U - length));
      used.push_back(IpPrefix{IpAddress{IpAddress::Bytes4{static_cast<std::uint8_t>(other >> 24U),
                                                          static_cast<std::uint8_t>(other >> 16U),
                                                          static_cast<std::uint8_t>(other >> 8U), 0}},
                              length});
    }
    return used;
  };
  constexpr std::uint32_t gap = 0x0a4d0500;    // 10.77.5.0
  constexpr std::uint32_t slirps = 0x0a000200; // 10.0.2.0
  CHECK(choose_private_network(k_scope, k_seed, all_but(gap), false).value().gateway4.str() ==
        "10.77.5.1/24");
  CHECK_FALSE(choose_private_network(k_scope, k_seed, all_but(slirps), false));
}

TEST_CASE("overlap: prefixes of one family that have an address in common", "[nat]") {
  CHECK(overlap(prefix("10.1.2.1", 24), prefix("10.0.0.0", 8)));
  CHECK(overlap(prefix("10.0.0.0", 8), prefix("10.1.2.1", 24)));
  CHECK(overlap(prefix("10.1.2.1", 24), prefix("10.1.2.200", 32)));
  CHECK_FALSE(overlap(prefix("10.1.2.1", 24), prefix("10.1.3.1", 24)));
  CHECK(overlap(prefix("10.1.2.0", 23), prefix("10.1.3.1", 24)));
  CHECK_FALSE(overlap(prefix("10.1.2.1", 24), prefix("fd00::", 8)));
  CHECK(overlap(prefix("fd00::1", 64), prefix("fd00::", 8)));
  CHECK_FALSE(overlap(prefix("fd00:0:0:1::1", 64), prefix("fd00::", 64)));
}

TEST_CASE("private network: who asks for addresses of somebody is refused", "[nat]") {
  const auto cause = [](const PrivateNetwork& network, const std::vector<IpPrefix>& used = {}) {
    const auto checked = check_private_network(network, used);
    return checked ? std::string{} : checked.error().cause();
  };
  const std::string not4 = "it is not the first address of a /24 that is nobody's (RFC 1918)";
  CHECK(cause({prefix("8.8.8.1", 24), {}}) == not4);
  CHECK(cause({prefix("10.1.2.1", 8), {}}) == not4);
  CHECK(cause({prefix("10.1.2.9", 24), {}}) == not4);
  CHECK(cause({prefix("172.32.0.1", 24), {}}) == not4);
  CHECK(cause({prefix("fd00::1", 24), {}}) == not4);
  CHECK(cause({prefix("10.1.2.1", 24), prefix("2001:db8::1", 64)}) ==
        "it is not an address of a /64 that is nobody's (RFC 4193)");
  CHECK(cause({prefix("10.1.2.1", 24), prefix("10.1.3.1", 24)}) ==
        "it is not an address of a /64 that is nobody's (RFC 4193)");
  CHECK(cause({prefix("10.1.2.1", 24), {}}, {prefix("10.1.2.128", 25)}) ==
        "this host has a way to 10.1.2.128/25");
  CHECK(cause(k_network) == "");
}

TEST_CASE("nat plan: from nothing, and each step has its undo", "[nat]") {
  const Network wanted = desired({}, {});
  const auto plan = make_plan(k_request, wanted, {});
  REQUIRE(plan);
  CHECK(
      text(plan.value()) ==
      "create bridge vdenat1000, address " + bridge_address(name("vdenat1000"), k_seed).str() +
          ", mtu 1500, STP off, forward delay 0 | delete bridge vdenat1000\n"
          "set vdenat1000 up\n"
          "make vdenat1000 the gateway 10.1.2.1/24 and fd00:1:2:3::1/64 of a private network, and masquerade "
          "it | "
          "take the private network from vdenat1000, and forward as before\n"
          "start dnsmasq on vdenat1000 as acue | stop the dnsmasq of vdenat1000\n"
          "create TAP tap0, owner acue, mtu 1500 | delete TAP tap0\n"
          "make tap0 a port of vdenat1000 | take tap0 out of its bridge\n"
          "set tap0 up | set tap0 down\n"
          "start vde_switch /var/tmp/vde_switch0.acue as acue on tap0 | stop vde_switch "
          "/var/tmp/vde_switch0.acue\n");
}

TEST_CASE("nat plan: a whole network needs nothing, and is functional", "[nat]") {
  const Network seen = whole();
  CHECK(is_functional(seen));
  CHECK(uplink_of(seen) == UplinkKind::nat);
  CHECK(make_plan(k_request, seen, seen).value().empty());
  CHECK(verify(seen, seen));
}

TEST_CASE("nat plan: each part that is missing makes it unsound, and is mended alone", "[nat]") {
  Network seen = whole();
  std::string mended;
  std::string difference;
  SECTION("dnsmasq") {
    seen.nat->is_served = false;
    mended = "start dnsmasq on vdenat1000 as acue | stop the dnsmasq of vdenat1000\n";
    difference = "no dnsmasq answers in the private network";
  }
  SECTION("forwarding") {
    seen.nat->forwards = false;
    difference = "this host does not forward what comes from the private network";
  }
  SECTION("rules") {
    seen.nat->has_rules = false;
    difference = "the rules that masquerade the private network are gone";
  }
  if (mended.empty()) // what was there before stays if a later step fails
    mended = "make vdenat1000 the gateway 10.1.2.1/24 and fd00:1:2:3::1/64 of a private network, and "
             "masquerade it\n";
  CHECK_FALSE(is_functional(seen));
  CHECK(text(make_plan(k_request, whole(), seen).value()) == mended);
  CHECK(verify(whole(), seen).error().cause() == difference);
}

TEST_CASE("nat plan: who may not read rules takes them for there", "[nat]") {
  Network seen = whole();
  seen.nat->has_rules.reset();
  CHECK(is_functional(seen));
  CHECK(make_plan(k_request, whole(), seen).value().empty());
}

TEST_CASE("nat removal: switch, TAP, network, dnsmasq, bridge", "[nat]") {
  const Network seen = whole();
  const std::string end = "take the private network from vdenat1000, and forward as before\n"
                          "stop the dnsmasq of vdenat1000\n";
  CHECK(text(make_removal_plan(k_scope, {}, seen, {*seen.tap}, {{name("vdenat1000"), true, {"tap0"}}})
                 .value()) ==
        "stop vde_switch /var/tmp/vde_switch0.acue\ndelete TAP tap0\n" + end + "delete bridge vdenat1000\n");
  CHECK(text(make_removal_plan(k_scope, {}, {}, {}, {{name("vdenat1000"), false, {}}}).value()) == end);
  const auto refused =
      make_removal_plan(k_scope, {}, seen, {*seen.tap}, {{name("vdenat1000"), true, {"tap0", "eth9"}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().cause() == "eth9 is still a port of it");
}
