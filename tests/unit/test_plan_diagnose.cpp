#include "plan/diagnose.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <algorithm>

using namespace vdeup;
using namespace vdeup::plan;
using lab::has;
using Severity = Finding::Severity;

namespace {

const Request k_request{.scope = {.owner = {1000, 1000, "acue"},
                                  .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                              SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}},
                        .by_root = false};
const IfName k_br0 = IfName::parse("br0").value();
const IfName k_tap0 = IfName::parse("tap0").value();
const MacAddress k_mac = MacAddress::parse("52:54:00:00:00:01").value();

/// A network in which everything is right, with a NIC in its bridge.
Evidence sound() {
  Evidence seen;
  seen.network.bridge = Bridge{.name = k_br0,
                               .mac = MacAddress::parse("52:54:01:00:00:01").value(),
                               .is_ours = true,
                               .ports = {"tap0", "eth0"}};
  seen.network.tap = Tap{.name = k_tap0,
                         .index = 7,
                         .owner = 1000,
                         .port_state = PortState::forwarding,
                         .bridge = k_br0,
                         .mark = TapMark{1000, k_request.scope.sockets.dir}};
  seen.network.vde_switch = Switch{.life = Switch::Life::alive,
                                   .pid = 42,
                                   .uid = 1000,
                                   .accepts_clients = true,
                                   .tap = k_tap0,
                                   .port_limit = 128,
                                   .ports = {{.number = 1, .endpoints = {{Endpoint::Kind::tap, "tap0"}}}}};
  seen.links = {Link{.index = 2, .name = "eth0", .is_up = true, .has_carrier = true, .master = 5},
                Link{.index = 5, .name = "br0", .kind = "bridge", .is_up = true},
                Link{.index = 7, .name = "tap0", .kind = "tun", .is_up = true, .master = 5, .is_tap = true}};
  seen.facts = HostFacts{.datagram_queue = 512, .forward_filters = std::vector<ForwardFilter>{}};
  return seen;
}

std::string text(const Diagnosis& diagnosis) {
  std::string lines;
  for (const Finding& finding : diagnosis.findings)
    lines += (finding.severity == Severity::fault ? "fault: " : "note: ") + finding.what +
             (finding.hints.empty() ? "" : " | " + finding.hints.text()) + "\n";
  return lines;
}

std::string findings(const Evidence& seen) {
  return text(diagnose(k_request, seen));
}

/// All findings as they are for root.
std::string findings_for_root(const Evidence& seen) {
  Request request = k_request;
  request.by_root = true;
  return text(diagnose(request, seen));
}

void attach(Evidence& seen, unsigned port, const std::string& label) {
  seen.network.vde_switch.ports.push_back({.number = port, .endpoints = {{Endpoint::Kind::client, label}}});
}

} // namespace

TEST_CASE("diagnose: a network in which all is right gives no finding", "[plan]") {
  CHECK(findings(sound()).empty());
  CHECK(diagnose(k_request, sound()).is_sound());
  CHECK(obstacle_to_probe(sound().network).empty());
}

TEST_CASE("diagnose: nothing there is one fault, and not unsound in many ways", "[plan]") {
  const Diagnosis found = diagnose(k_request, {});
  CHECK(found.nothing_there);
  CHECK(text(found) == "fault: there is no switch /var/tmp/vde_switch0.acue | sudo vdeup create -u acue\n");
}

TEST_CASE("diagnose: a note does not make a network unsound", "[plan]") {
  Evidence seen = sound();
  seen.facts->datagram_queue = 10;
  CHECK(findings(seen) ==
        "note: net.unix.max_dgram_qlen is 10: a VM that is slow for a moment loses frames | "
        "sudo sysctl -w net.unix.max_dgram_qlen=512\n");
  CHECK(diagnose(k_request, seen).is_sound());
}

TEST_CASE("diagnose: hints have sudo only where the caller is not root", "[plan]") {
  Evidence seen = sound();
  seen.network.bridge->is_up = false;
  CHECK(has(findings(seen), "| sudo ip link set dev br0 up\n"));
  CHECK(has(findings_for_root(seen), "| ip link set dev br0 up\n"));
}

TEST_CASE("diagnose: a useless switch is replaced with -f only where VMs are attached", "[plan]") {
  Evidence seen = sound();
  seen.network.vde_switch.accepts_clients = false;
  CHECK(has(findings(seen), "ctl is gone | sudo vdeup create -u acue\n"));
  attach(seen, 2, "web user=acue pid=9");
  CHECK(has(findings(seen), "ctl is gone | sudo vdeup create -u acue -f\n"));
}

TEST_CASE("diagnose: whoever holds the TAP in the place of the switch is named", "[plan]") {
  Evidence seen = sound();
  seen.network.vde_switch = Switch{.life = Switch::Life::dead};
  CHECK(has_unclaimed_tap(seen.network));
  CHECK(has(findings(seen), "fault: tap0 is held open by a process, not by the switch | "
                            "sudo vdeup cancel -u acue && sudo vdeup create -u acue\n"));
  seen.holders = {{77, "bad\nname"}};
  CHECK(has(findings(seen), "tap0 is held open by process 77 (bad\\x0aname), not by the switch"));
  seen.network.tap->has_carrier = false;
  seen.holders.clear();
  CHECK(has(findings(seen), "tap0 has no carrier"));
}

TEST_CASE("diagnose: each state of a port that does not forward has its own words", "[plan]") {
  Evidence seen = sound();
  seen.network.tap->port_state = PortState::blocking;
  CHECK(has(findings(seen),
            "tap0 was set not to forward on bridge br0 | sudo bridge link set dev tap0 state 3"));
  CHECK_FALSE(obstacle_to_probe(seen.network).empty());
  seen.network.bridge->stp = true;
  CHECK(has(findings(seen), "STP blocks tap0"));
  seen.network.tap->port_state = PortState::listening;
  CHECK(has(findings(seen), "bridge br0 runs STP and still listens"));
  seen.network.tap->port_state = PortState::learning;
  CHECK(has(findings(seen), "bridge br0 runs STP and still learns"));
  seen.network.tap->is_up = false; // then that is the fault
  CHECK_FALSE(has(findings(seen), "STP and still"));
}

TEST_CASE("diagnose: MTUs that differ matter below 1500 bytes only", "[plan]") {
  Evidence seen = sound();
  seen.network.tap->mtu = 1400;
  CHECK(has(findings(seen),
            "fault: tap0 has MTU 1400, its bridge br0 has 1500: large frames are lost between "
            "them | sudo ip link set dev tap0 mtu 1500\n"));
  seen.network.bridge->mtu = 1400;
  CHECK(findings(seen).empty());
  seen.network.bridge->mtu = 9000;
  seen.network.tap->mtu = 1500;
  CHECK(findings(seen) == "note: bridge br0 has MTU 9000, and vde_switch cuts off frames above 1500 | "
                          "sudo ip link set dev br0 mtu 1500\n");
}

TEST_CASE("diagnose: two VMs with one address are both named, once", "[plan]") {
  Evidence seen = sound();
  attach(seen, 2, "web mac=52:54:00:00:00:01 user=acue pid=9");
  attach(seen, 3, "mail mac=52:54:00:00:00:01 user=acue pid=10");
  seen.learnt = {{k_mac, 0, 3}};
  CHECK(findings(seen) == "fault: VM web at port 2 and VM mail at port 3 have the same address "
                          "52:54:00:00:00:01 | end one of them, and start it again with another macaddr=\n");
}

TEST_CASE("diagnose: an address that is learnt elsewhere is a duplicate, at its own port it is not",
          "[plan]") {
  Evidence seen = sound();
  attach(seen, 2, "web mac=52:54:00:00:00:01 user=acue pid=9");
  attach(seen, 3, "mail mac=52:54:00:00:00:02 user=acue pid=10");
  seen.learnt = {{k_mac, 0, 2}};
  CHECK(findings(seen).empty());
  seen.learnt = {{k_mac, 0, 1}};
  CHECK(has(findings(seen), "VM web at port 2 and somebody behind tap0 have the same address"));
  seen.learnt = {{k_mac, 0, 3}};
  CHECK(has(findings(seen), "VM web at port 2 and VM mail at port 3 have the same address"));
  seen.learnt = {{k_mac, 0, 9}}; // a port that has been given back
  CHECK(findings(seen).empty());
}

TEST_CASE("diagnose: a switch is full when all ports but port 0 are taken", "[plan]") {
  Evidence seen = sound();
  seen.network.vde_switch.port_limit = 4;
  attach(seen, 2, "a");
  CHECK(findings(seen).empty());
  attach(seen, 3, "b");
  CHECK(has(findings(seen), "all 3 ports of the switch are taken"));
  CHECK(obstacle_to_probe(seen.network) == "the switch has no free port");
}

TEST_CASE("diagnose: a firewall counts only for the frames that br_netfilter sends it", "[plan]") {
  Evidence seen = sound();
  const ForwardFilter docker{.tool = ForwardFilter::Tool::iptables,
                             .family = "ip",
                             .table = "filter",
                             .chain = "FORWARD",
                             .user_chain = "DOCKER-USER",
                             .owner = "Docker"};
  seen.facts->forward_filters = {docker};
  CHECK(findings(seen).empty());
  seen.facts->filters_bridged_ip6 = true;
  CHECK(findings(seen).empty());
  seen.facts->filters_bridged_ip4 = true;
  CHECK(findings(seen) ==
        "fault: a firewall drops what VMs send over bridge br0: Docker, chain ip filter FORWARD, policy "
        "drop, to "
        "which br_netfilter sends it | sudo iptables -I DOCKER-USER -i br0 -o br0 -j ACCEPT\n");
  // No hint where the name of the bridge is a pattern: of iptables, then of nft.
  for (const char* name : {"br+", "br*", "br\""}) {
    Evidence other = seen;
    other.network.bridge->name = IfName::parse(name).value();
    other.facts->forward_filters->front().tool =
        name[2] == '+' ? ForwardFilter::Tool::iptables : ForwardFilter::Tool::nftables;
    INFO(findings(other));
    CHECK(findings(other).find("ACCEPT") == std::string::npos);
    CHECK(findings(other).find("insert rule") == std::string::npos);
  }
  seen.facts->forward_filters->front().accepts_bridge = true;
  CHECK(findings(seen).empty());
  seen.facts->forward_filters.reset(); // not root
  CHECK(has(findings(seen), "note: br_netfilter sends the frames of VMs through this host's firewall"));
}

TEST_CASE("diagnose: each kind of chain is opened with its own tool", "[plan]") {
  using Tool = ForwardFilter::Tool;
  Evidence seen = sound();
  seen.facts->filters_bridged_ip4 = seen.facts->filters_bridged_ip6 = true;
  const auto hint = [&](Tool tool, const std::string& family) {
    seen.facts->forward_filters = {
        ForwardFilter{.tool = tool, .family = family, .table = "filter", .chain = "F"}};
    return diagnose(k_request, seen).findings.at(0).hints.text();
  };
  CHECK(hint(Tool::iptables, "ip6") == "sudo ip6tables -I F -i br0 -o br0 -j ACCEPT");
  CHECK(hint(Tool::iptables_legacy, "ip") == "sudo iptables-legacy -I F -i br0 -o br0 -j ACCEPT");
  CHECK(hint(Tool::iptables_legacy, "ip6") == "sudo ip6tables-legacy -I F -i br0 -o br0 -j ACCEPT");
  CHECK(hint(Tool::nftables, "inet") ==
        "sudo nft 'insert rule inet filter F iifname \"br0\" oifname \"br0\" accept'");
  CHECK(hint(Tool::nftables, "bridge") ==
        "sudo nft 'insert rule bridge filter F meta ibrname \"br0\" accept'");
}

TEST_CASE("diagnose: forwarding matters only where there is NAT and no NIC in the bridge", "[plan]") {
  Evidence seen = sound();
  seen.facts->masquerades = true;
  seen.facts->bridge_addresses = {IpAddress::parse("192.0.2.1").value()};
  CHECK(findings(seen).empty());
  seen.network.bridge->ports = {"tap0"};
  CHECK(has(findings(seen), "does not forward IPv4 | sudo sysctl -w net.ipv4.ip_forward=1\n"));
  seen.facts->forwards_ip4 = true;
  CHECK_FALSE(has(findings(seen), "does not forward"));
}

TEST_CASE("diagnose: a Wi-Fi station counts only as a port of the bridge", "[plan]") {
  Evidence seen = sound();
  seen.facts->wifi_stations = {"wlan0"};
  CHECK(findings(seen).empty());
  seen.network.bridge->ports.emplace_back("wlan0");
  CHECK(has(findings(seen), "fault: wlan0, a port of bridge br0, is a Wi-Fi station"));
  CHECK(has(findings(seen), "`sudo ip link set dev wlan0 nomaster`"));
}

TEST_CASE("diagnose: a NIC in the bridge that is down or unplugged is told", "[plan]") {
  Evidence seen = sound();
  seen.links.front().has_carrier = false;
  CHECK(findings(seen) == "note: eth0, a port of bridge br0, has no carrier: nothing is plugged in\n");
  seen.links.front().is_up = false;
  CHECK(findings(seen) == "note: eth0, a port of bridge br0, is down | sudo ip link set dev eth0 up\n");
}

TEST_CASE("diagnose: what a probe did not see is a fault, what it saw is none", "[plan]") {
  Evidence seen = sound();
  const IpAddress own = IpAddress::parse("192.0.2.1").value();
  const IpAddress other = IpAddress::parse("2001:db8::9").value();
  seen.probe = PathProbe{.reached_bridge = true, .answers = {{own, true, k_mac}, {other, false, k_mac}}};
  CHECK(findings(seen).empty());
  seen.probe->answers = {{own, true, {}}, {other, false, {}}};
  CHECK(has(findings(seen), "does not answer for its own 192.0.2.1"));
  CHECK(has(findings(seen), "nobody answers for 2001:db8::9 on bridge br0"));
  seen.probe = PathProbe{};
  CHECK(has(findings(seen), "does not arrive at bridge br0"));
}

TEST_CASE("diagnose: a probe that was not tried is a fault only for who asked for one", "[plan]") {
  Evidence seen = sound();
  seen.probe = PathProbe{.not_tried = "it rains"};
  CHECK(findings(seen) == "note: no frame was sent for a proof: it rains\n");
  seen.must_probe = true;
  CHECK_FALSE(diagnose(k_request, seen).is_sound());
}

TEST_CASE("diagnose: names from outside cannot break out of a hint or a line", "[plan]") {
  Evidence seen = sound();
  seen.links.front().name = "e$(x)\x1b";
  seen.links.front().is_up = false;
  seen.network.bridge->ports = {"tap0", seen.links.front().name};
  CHECK(has(findings(seen), "note: e$(x)\\x1b, a port"));
  CHECK(has(findings(seen), "dev $'e$(x)\\x1b' up"));
}
