#include "plan/uplink_choice.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::plan;

namespace {

const Scope k_scope{.owner = {1000, 1000, "acue"},
                    .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}};

IfName name(std::string_view text) {
  return IfName::parse(text).value();
}

Link bridge(const std::string& called, std::uint32_t index, const std::string& alias = {}) {
  Link link;
  link.name = called;
  link.index = index;
  link.kind = "bridge";
  link.alias = alias;
  return link;
}

Link port(const std::string& called, const std::string& kind, std::uint32_t master) {
  Link link;
  link.name = called;
  link.index = 100 + master;
  link.kind = kind;
  link.master = master;
  return link;
}

Tap waiting_tap() {
  return Tap{
      .name = name("tap0"), .owner = 1000, .bridge = name("br0"), .mark = TapMark{1000, k_scope.sockets.dir}};
}

/// One row of the table of the ladder.
struct Row {
  std::vector<Link> links;
  std::vector<Tap> taps;
  bool may_make_devices = true;
  bool has_slirp = true;
  std::string no_nat = "dnsmasq is not installed";
  UplinkKind kind = UplinkKind::bridge;
  std::string reason;
};

void check(const Row& row) {
  UplinkFacts facts = find_uplink_facts(k_scope, row.links, row.taps);
  if (!row.may_make_devices)
    facts.no_devices = "it takes CAP_NET_ADMIN";
  facts.has_slirp = row.has_slirp;
  facts.no_nat = row.no_nat;
  const UplinkChoice choice = choose_uplink(facts);
  CHECK(choice.kind == row.kind);
  CHECK(choice.reason == row.reason);
}

const std::string k_ours{k_bridge_mark};

} // namespace

TEST_CASE("ladder: who may make TAPs gets a bridge that leads outside", "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1)},
         .kind = UplinkKind::bridge,
         .reason = "bridge br0 (it is there)"});
}

TEST_CASE("ladder: a bridge that vdeup made is as good", "[uplink]") {
  check({.links = {bridge("ctysbr0", 1, k_ours)},
         .kind = UplinkKind::bridge,
         .reason = "bridge ctysbr0 (it is there)"});
}

TEST_CASE("ladder: a bridge of an engine is good only with a port to the outside", "[uplink]") {
  check({.links = {bridge("docker0", 1), port("veth1", "veth", 1)},
         .kind = UplinkKind::slirp,
         .reason = "slirp (this host has no bridge; no private network: dnsmasq is not installed)"});
  check({.links = {bridge("virbr0", 1), port("eth1", "", 1)},
         .kind = UplinkKind::bridge,
         .reason = "bridge virbr0 (it is there)"});
}

TEST_CASE("ladder: a bridge without a way out is passed over", "[uplink]") {
  check({.links = {bridge("br0", 1), port("veth1", "veth", 1), port("tap9", "tun", 1)},
         .kind = UplinkKind::slirp,
         .reason =
             "slirp (bridge br0 has no port to the outside; no private network: dnsmasq is not installed)"});
}

TEST_CASE("ladder: a host without a bridge gets none, and no NIC is moved for it", "[uplink]") {
  check({.links = {port("eth0", "", 0)},
         .kind = UplinkKind::slirp,
         .reason = "slirp (this host has no bridge; no private network: dnsmasq is not installed)"});
}

TEST_CASE("ladder: who may make no TAP gets slirp, however good a bridge is", "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1)},
         .may_make_devices = false,
         .kind = UplinkKind::slirp,
         .reason = "slirp (no right to make a TAP: it takes CAP_NET_ADMIN; no private network: dnsmasq is "
                   "not installed)"});
}

TEST_CASE("ladder: a TAP that waits for the switch takes no right", "[uplink]") {
  check({.links = {bridge("br0", 1)},
         .taps = {waiting_tap()},
         .may_make_devices = false,
         .kind = UplinkKind::bridge,
         .reason = "bridge br0 (tap0 waits there)"});
}

TEST_CASE("ladder: a TAP that waits cannot be used if it is another's, on no bridge, or has queues",
          "[uplink]") {
  Tap tap = waiting_tap();
  SECTION("another's") {
    tap.owner = 1001;
  }
  SECTION("on no bridge") {
    tap.bridge.reset();
  }
  SECTION("queues") {
    tap.is_multi_queue = true;
  }
  check({.links = {bridge("br0", 1)},
         .taps = {tap},
         .may_make_devices = false,
         .kind = UplinkKind::slirp,
         .reason = "slirp (no right to make a TAP: it takes CAP_NET_ADMIN; no private network: dnsmasq is "
                   "not installed)"});
}

TEST_CASE("ladder: where slirp is not installed, who may gets a bridge of his own", "[uplink]") {
  check({.has_slirp = false,
         .kind = UplinkKind::bridge,
         .reason = "bridge, without a way out (this host has no bridge; no private network: dnsmasq is not "
                   "installed; slirp is not installed)"});
}

TEST_CASE("ladder: who may nothing gets slirp also where it is not installed, and so hears of the package",
          "[uplink]") {
  check({.may_make_devices = false,
         .has_slirp = false,
         .kind = UplinkKind::slirp,
         .reason = "slirp (no right to make a TAP: it takes CAP_NET_ADMIN; no private network: dnsmasq is "
                   "not installed)"});
}

TEST_CASE("ladder: where no bridge is to be had, who may gets a private network", "[uplink]") {
  check({.links = {port("eth0", "", 0)},
         .no_nat = "",
         .kind = UplinkKind::nat,
         .reason = "nat (this host has no bridge)"});
  check({.links = {bridge("br0", 1), port("veth1", "veth", 1)},
         .no_nat = "",
         .kind = UplinkKind::nat,
         .reason = "nat (bridge br0 has no port to the outside)"});
}

TEST_CASE("ladder: who may masquerade and not use the bridge that is there gets a private network",
          "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1)},
         .may_make_devices = false,
         .no_nat = "",
         .kind = UplinkKind::nat,
         .reason = "nat (no right to make a TAP: it takes CAP_NET_ADMIN)"});
}

TEST_CASE("ladder: what is missing for both is said once", "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1)},
         .may_make_devices = false,
         .no_nat = "it takes CAP_NET_ADMIN",
         .kind = UplinkKind::slirp,
         .reason = "slirp (no right to make a TAP or a private network: it takes CAP_NET_ADMIN)"});
}

TEST_CASE("ladder: a bridge that is there is better than a private network", "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1)},
         .no_nat = "",
         .kind = UplinkKind::bridge,
         .reason = "bridge br0 (it is there)"});
}

TEST_CASE("ladder: a firewall that drops what is forwarded leaves slirp, and is named", "[uplink]") {
  check({.no_nat = "Docker drops what is forwarded",
         .kind = UplinkKind::slirp,
         .reason = "slirp (this host has no bridge; no private network: Docker drops what is forwarded)"});
}

TEST_CASE("ladder: another user's private network is no bridge", "[uplink]") {
  check({.links = {bridge("vdenat0", 1, NatMark{1001, k_scope.sockets.dir}.text())},
         .no_nat = "",
         .kind = UplinkKind::nat,
         .reason = "nat (this host has no bridge)"});
}

TEST_CASE("ladder: a TAP that waits in the private network of its switch goes on there", "[uplink]") {
  check({.links = {bridge("br0", 1, NatMark{1000, k_scope.sockets.dir}.text())},
         .taps = {waiting_tap()},
         .may_make_devices = false,
         .kind = UplinkKind::nat,
         .reason = "nat, on br0 (it is the private network of this switch)"});
}

TEST_CASE("ladder: the private network of the switch is gone on with, however good a bridge is", "[uplink]") {
  check({.links = {bridge("br0", 1), port("eth0", "", 1),
                   bridge("vdenat1000", 2, NatMark{1000, k_scope.sockets.dir}.text())},
         .kind = UplinkKind::nat,
         .reason = "nat, on vdenat1000 (it is the private network of this switch)"});
}
