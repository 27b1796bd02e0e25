// Which links `create` moves, which it uses as they are, and which it refuses: on the devices that this
// kernel can make.

#include "move/move_lab.hpp"

#include <fmt/format.h>

using namespace lab;
using namespace move_lab;

namespace {

/// Make a device, or skip where this kernel cannot.
void make(const std::string& words) {
  const auto done = run({"sh", "-c", "ip link add " + words});
  if (done.status != 0)
    skip(fmt::format("this kernel has no such device: ip link add {}: {}", words, done.err));
}

void check_refused(const std::string& nic, const std::string& reason, int status = 1) {
  const std::string before = snapshot();
  const auto refused = run_vdeup({"create", "-i", nic});
  CAPTURE(nic, refused.err);
  CHECK(refused.status == status);
  CHECK(has(refused.err, reason));
  CHECK(changes_since(before) == "");
}

} // namespace

TEST_CASE("refusals: loopback, a TAP, and nothing at all", "[move]") {
  check_refused("lo", "loopback");
  check_refused("eth9", "there is no such interface", 2);
  REQUIRE(run({"ip", "tuntap", "add", "dev", "tap7", "mode", "tap"}).status == 0);
  check_refused("tap7", "cannot make a bridge over tap7");
  REQUIRE(run({"ip", "link", "delete", "tap7"}).status == 0);
}

TEST_CASE("refusals: a NIC that is a port already has its bridge used", "[move]") {
  const Neighbourhood neighbourhood;
  ip("link add br7 type bridge");
  ip("link set br7 up");
  ip("link set eth0 master br7");
  REQUIRE(eventually([] { return has(run({"ip", "link", "show", "br7"}).out, "state UP"); }));
  settle();
  const std::string before = snapshot();
  const auto used = run_vdeup({"create", "-i", "eth0"});
  CHECK(used.status == 0);
  CHECK(has(used.err, "eth0 is a port of it"));
  CHECK(has(used.out, "bridge br7                        reused"));
  check_success(run_vdeup({"cancel"}));
  CHECK(changes_since(before) == "");
  ip("link delete br7");
}

TEST_CASE("refusals: the veth of a container is not chosen by itself", "[move]") {
  const NetworkNamespace container;
  ip("link add veth7 type veth peer name eth0 netns " + std::to_string(container.pid()));
  ip("link set veth7 up");
  const auto made = run_vdeup({"create"});
  // No default route leads out of it: it may be the only interface, or one of many.
  INFO(made.err);
  CHECK(made.status == 0);
  check_success(run_vdeup({"cancel", "--bridge"}));
  ip("link delete veth7");
}

TEST_CASE("refusals: a NIC with a macvlan on it is refused", "[move]") {
  const Neighbourhood neighbourhood;
  make("macvtap7 link eth0 type macvtap mode bridge");
  check_refused("eth0", "macvtap7");
  ip("link delete macvtap7");
}

TEST_CASE("refusals: a VLAN device goes into a bridge", "[move]") {
  const Neighbourhood neighbourhood;
  make("link eth0 name eth0.7 type vlan id 7");
  ip("link set eth0.7 up");
  settle();
  const std::string before = snapshot();
  check_success(run_vdeup({"create", "-i", "eth0.7"}));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("refusals: a bond goes into a bridge, and its ports are up again", "[move]") {
  const Neighbourhood neighbourhood;
  make("bond7 type bond mode active-backup");
  ip("link set eth0 down");
  ip("link set eth0 master bond7");
  ip("link set bond7 up");
  check_refused("eth0", "bond7");
  const std::string before = snapshot();
  check_success(run_vdeup({"create", "-i", "bond7"}));
  CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, ",UP"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("refusals: a firewall that names the NIC is not left behind unasked", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const auto nft = [](const std::string& rules) {
    const auto done = run({"nft", rules});
    if (done.status != 0)
      skip("no nft, or none in this kernel: " + done.err);
  };
  nft("add table inet f; add chain inet f i { type filter hook input priority 0; }");
  SECTION("in a rule") {
    nft("add rule inet f i iifname eth0 tcp dport 22 accept");
    check_refused("eth0", "nft table inet f, chain i");
    nft("add rule inet f i iifname ctysbr0 tcp dport 22 accept"); // prepared: it holds there as well
    check_success(run_vdeup({"create"}));
    check_success(run_vdeup({"cancel", "--bridge"}));
  }
  SECTION("in a set") {
    nft("add rule inet f i iifname { eth0, eth7 } accept");
    check_refused("eth0", "nft table inet f, set");
  }
  SECTION("in a rule of iptables") {
    if (run({"iptables", "-A", "INPUT", "-i", "eth0", "-j", "ACCEPT"}).status != 0)
      skip("no iptables");
    check_refused("eth0", "nft table ip filter, chain INPUT");
  }
  SECTION("in a rule of the older iptables") {
    if (run({"iptables-legacy", "-A", "INPUT", "-i", "eth0", "-j", "ACCEPT"}).status != 0)
      skip("no older iptables in this kernel");
    check_refused("eth0", "iptables table filter");
    (void)run({"iptables-legacy", "-F"});
  }
  SECTION("one that names others is no hindrance") {
    nft("add rule inet f i iifname eth01 accept; add rule inet f i iifname veth0 accept");
    check_success(run_vdeup({"create"}));
    check_success(run_vdeup({"cancel", "--bridge"}));
  }
  nft("flush ruleset");
}

TEST_CASE("refusals: an ordinary user is told what it takes", "[move]") {
  needs_others();
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string before = snapshot();
  const auto refused = run_vdeup({"create"}, {.user = k_alice});
  CHECK(refused.status == 2);
  CHECK(has(refused.err, "sudo"));
  CHECK(changes_since(before) == "");
}
