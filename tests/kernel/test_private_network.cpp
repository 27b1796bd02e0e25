// Private networks behind bridges: what they make possible, and that nothing of them stays.

#include "kernel/nat_lab.hpp"
#include "kernel/path_lab.hpp"
#include "nat/nat_steps.hpp"
#include "nat/nat_table.hpp"
#include "nic/router.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace lab;
using namespace nat_lab;
using path_lab::must;
using path_lab::needs;
using namespace vdeup;

namespace {

std::string advertised_default() {
  return run({"ip", "-6", "route", "show", "default", "proto", "ra"}).out;
}

/// Let the router speak until this host has an address and a default route from it.
void hear(const Neighbourhood& neighbourhood) {
  REQUIRE(eventually([&] {
    advertise(neighbourhood.gateway, {});
    return !advertised_default().empty();
  }));
  settle();
}

/// A host where nothing is as it usually is: interfaces that forward although the host does not, and
/// redirects that nobody takes.
class PeculiarHost {
 public:
  PeculiarHost() {
    for (const std::string& name : m_interfaces)
      must("ip link add " + name + " type bridge");
    for (const char* key : {"ipv4/conf/eth1/forwarding", "ipv6/conf/eth1/forwarding"})
      sysctl(key, "1");
    sysctl("ipv4/conf/all/accept_redirects", "0");
    sysctl("ipv6/conf/eth2/accept_ra", "0");
    sysctl("ipv6/conf/eth3/accept_ra", "2");
  }
  PeculiarHost(const PeculiarHost&) = delete;
  PeculiarHost& operator=(const PeculiarHost&) = delete;
  ~PeculiarHost() {
    for (const std::string& name : m_interfaces)
      (void)run({"ip", "link", "delete", name});
  }

 private:
  std::vector<std::string> m_interfaces{"eth1", "eth2", "eth3"};
};

} // namespace

TEST_CASE("nat: VMs come out, nobody comes in, and afterwards all is as before", "[nat]") {
  needs("nft");
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const PrivateBridge bridge0{"vdenat0"};
  const Vm vm{"vdenat0", 77};
  const std::string before = whole_state();
  CHECK_FALSE(seen("vdenat0"));
  CHECK_FALSE(has_rules("vdenat0"));
  CHECK_FALSE(vm.reaches("10.9.0.2"));

  add(adding("vdenat0"));
  CHECK(seen("vdenat0") == adding("vdenat0").network);
  CHECK(has_rules("vdenat0"));
  CHECK_FALSE(nat::has_rules(name_of("vdenat0"), mark_of("another")).value().value());
  CHECK(nat::forwards_packets(false));
  CHECK(nat::forwards_packets(true));
  CHECK(lab::eventually([&] { return vm.reaches("10.77.5.1"); }));
  CHECK(lab::eventually([&] { return vm.reaches("fd77::1"); }));
  CHECK(lab::eventually([&] { return vm.reaches("10.9.0.2"); })); // who has no way back to 10.77.5.0/24
  CHECK(lab::eventually([&] { return vm.reaches("2001:db8:9::2"); }));
  neighbourhood.gateway.ip("route add 10.77.5.0/24 via 10.1.0.2");
  neighbourhood.gateway.ip("route add fd77::/64 via 2001:db8:1::2");
  CHECK_FALSE(reaches(neighbourhood.far_host, "10.77.5.9"));
  CHECK_FALSE(reaches(neighbourhood.far_host, "fd77::9"));
  must("nft flush chain inet vdeup_vdenat0 forward");
  CHECK(lab::eventually(
      [&] { return reaches(neighbourhood.far_host, "10.77.5.9"); })); // it was the chain that kept them out
  CHECK(lab::eventually([&] { return reaches(neighbourhood.far_host, "fd77::9"); }));

  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: a VM does not come out with an address of somebody else's", "[nat]") {
  needs("nft");
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const PrivateBridge bridge0{"vdenat0"};
  const Vm vm{"vdenat0", 77};
  const bool with_ip6 = GENERATE(true, false);
  add(adding("vdenat0", 77, with_ip6));
  CHECK(lab::eventually([&] { return vm.reaches("10.9.0.2"); }));
  // Their answers would come back: the host has a way to them, behind the bridge.
  vm.where().ip("address add 10.1.0.99/32 dev lan");
  vm.where().ip("address add 2001:db8:1::99/128 dev lan nodad");
  ip("route add 10.1.0.99/32 dev vdenat0");
  ip("-6 route add 2001:db8:1::99/128 dev vdenat0");
  sysctl("ipv4/conf/eth0/proxy_arp", "1");
  sysctl("ipv6/conf/all/forwarding", "1");
  sysctl("ipv6/conf/eth0/proxy_ndp", "1");
  ip("-6 neighbour add proxy 2001:db8:1::99 dev eth0");
  vm.where().ip("route replace default via 10.77.5.1 src 10.1.0.99");
  vm.where().ip("-6 address add fe80::9/64 dev lan nodad");
  vm.where().ip("-6 route replace default via fe80::1 dev lan src 2001:db8:1::99");
  ip("address add fe80::1/64 dev vdenat0 nodad");
  CHECK_FALSE(vm.reaches("10.9.0.2"));
  CHECK_FALSE(vm.reaches("2001:db8:9::2"));
  must("nft flush chain inet vdeup_vdenat0 forward");
  CHECK(lab::eventually([&] { return vm.reaches("10.9.0.2"); }));
  CHECK(lab::eventually([&] { return vm.reaches("2001:db8:9::2"); }));
}

TEST_CASE("nat: what was peculiar before is peculiar again", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  const bool with_ip6 = GENERATE(true, false);
  const std::string before = whole_state();
  add(adding("vdenat0", 77, with_ip6));
  CHECK(value_of("ipv4/ip_forward") == "1");
  CHECK(value_of("ipv6/conf/all/forwarding") == (with_ip6 ? "1" : "0"));
  CHECK(value_of("ipv6/conf/eth1/accept_ra") == "1"); // it did not listen to routers
  CHECK(value_of("ipv6/conf/vdenat0/accept_ra") == "1");
  CHECK(value_of("ipv6/conf/eth2/accept_ra") == "0");
  CHECK(value_of("ipv6/conf/lo/accept_ra") == (with_ip6 ? "2" : "1"));
  CHECK(value_of("ipv6/conf/default/accept_ra") == (with_ip6 ? "2" : "1"));
  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: a host that forwarded before goes on to forward", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  sysctl("ipv4/ip_forward", "1");
  sysctl("ipv6/conf/all/forwarding", "1");
  sysctl("ipv4/conf/eth2/forwarding", "0");
  const std::string before = whole_state();
  add(adding("vdenat0"));
  CHECK(table_of("vdenat0").find("elements = { ipv4") == std::string::npos);
  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: this host keeps the route that its router told of, and goes on to listen", "[nat]") {
  needs("nft");
  const Neighbourhood neighbourhood;
  hear(neighbourhood);
  const PrivateBridge bridge0{"vdenat0"};
  const std::string before = whole_state();
  REQUIRE(advertised_default() != "");
  add(adding("vdenat0"));
  CHECK(advertised_default() != "");
  CHECK(value_of("ipv6/conf/eth0/accept_ra") == "2");
  ip("-6 route flush default proto ra");
  REQUIRE(advertised_default() == "");
  hear(neighbourhood);
  remove(removing("vdenat0"));
  CHECK(advertised_default() != "");
  CHECK(value_of("ipv6/conf/eth0/accept_ra") == "1");
  CHECK(changes_of_state(before) == "");
  ip("-6 route flush default proto ra");
  hear(neighbourhood);
}

TEST_CASE("nat: a VM that says that it is a router is not listened to", "[nat]") {
  needs("nft");
  const PrivateBridge bridge0{"vdenat0"};
  const Vm vm{"vdenat0", 77};
  const auto takes_its_word = [&vm](std::chrono::milliseconds patience) {
    return eventually(
        [&vm] {
          advertise(vm.where(), {}); // again and again: its own address may not be ready yet
          return !advertised_default().empty();
        },
        patience);
  };
  REQUIRE(takes_its_word(std::chrono::seconds{10}));
  ip("-6 route flush default proto ra");
  const bool with_ip6 = GENERATE(true, false);
  add(adding("vdenat0", 77, with_ip6));
  CHECK_FALSE(takes_its_word(std::chrono::seconds{1}));
}

TEST_CASE("nat: of two networks the last one gives back what was before both, in whichever order", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  const PrivateBridge bridge1{"vdenat1"};
  const auto [first, second, ip6_of_0, ip6_of_1] =
      GENERATE(table<std::string, std::string, bool, bool>({{"vdenat0", "vdenat1", true, true},
                                                            {"vdenat1", "vdenat0", true, true},
                                                            {"vdenat0", "vdenat1", false, true},
                                                            {"vdenat1", "vdenat0", false, true},
                                                            {"vdenat0", "vdenat1", true, false},
                                                            {"vdenat1", "vdenat0", true, false}}));
  const std::string before = whole_state();
  add(adding("vdenat0", 77, ip6_of_0));
  add(adding("vdenat1", 78, ip6_of_1));
  CHECK(seen("vdenat0") == adding("vdenat0", 77, ip6_of_0).network);
  CHECK(seen("vdenat1") == adding("vdenat1", 78, ip6_of_1).network);
  remove(removing(first));
  CHECK_FALSE(has_rules(first));
  CHECK(has_rules(second));
  CHECK(value_of("ipv4/ip_forward") == "1");
  CHECK(value_of("ipv6/conf/all/forwarding") == "1");
  remove(removing(second));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: VMs of one private network do not reach those of another", "[nat]") {
  needs("nft");
  const PrivateBridge bridge0{"vdenat0"};
  const PrivateBridge bridge1{"vdenat1"};
  const Vm one{"vdenat0", 77};
  const Vm other{"vdenat1", 78};
  add(adding("vdenat0", 77));
  add(adding("vdenat1", 78));
  CHECK(lab::eventually([&] { return one.reaches("10.77.5.1"); }));
  CHECK_FALSE(one.reaches("10.78.5.9"));
  CHECK_FALSE(other.reaches("fd77::9"));
  must("nft flush chain inet vdeup_vdenat1 forward");
  CHECK(lab::eventually([&] { return one.reaches("10.78.5.9"); }));
}

TEST_CASE("nat: one that is half-done is completed, or taken back, with what was before it began", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  const int done = GENERATE(1, 2, 3, 4);
  const bool is_completed = GENERATE(true, false);
  const std::string before = whole_state();
  const auto step = adding("vdenat0");
  const auto record = nat::observe_forwarding(true, {"vdenat0"});
  REQUIRE(nat::write_nat_table(step, record));
  if (done >= 2)
    sysctl("ipv4/ip_forward", "1");
  if (done >= 3)
    REQUIRE(nat::start_forwarding(true, record));
  if (done >= 4)
    must("ip address add 10.77.5.1/24 dev vdenat0");
  if (is_completed) {
    add(step);
    add(step);
    CHECK(seen("vdenat0") == step.network);
    CHECK(nat::forwards_packets(true));
    const auto kept = nat::read_record({"vdeup_vdenat0", step.mark});
    REQUIRE(kept);
    CHECK(kept.value() == record);
  }
  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: one that fails half-way has changed nothing", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  const PrivateBridge bridge1{"vdenat1"};
  const bool is_first = GENERATE(true, false);
  if (!is_first)
    add(adding("vdenat1", 78, false));
  sysctl("ipv6/conf/vdenat0/disable_ipv6", "1");
  const std::string before = whole_state();
  CHECK_FALSE(try_to_add(adding("vdenat0")));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: it is taken back when the bridge has gone, too", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const std::string before = whole_state();
  const PrivateBridge bridge{"vdenat0"};
  add(adding("vdenat0"));
  must("ip link delete vdenat0");
  remove(removing("vdenat0"));
  CHECK(changes_of_state(before) == "");
}

TEST_CASE("nat: what somebody has changed meanwhile is left alone", "[nat]") {
  needs("nft");
  const PeculiarHost host;
  const PrivateBridge bridge0{"vdenat0"};
  add(adding("vdenat0"));
  sysctl("ipv6/conf/eth3/accept_ra", "0");
  sysctl("ipv6/conf/lo/accept_ra", "0");
  sysctl("ipv4/conf/eth1/forwarding", "0");
  sysctl("ipv4/conf/all/accept_redirects", "1");
  remove(removing("vdenat0"));
  CHECK(value_of("ipv6/conf/eth3/accept_ra") == "0");
  CHECK(value_of("ipv6/conf/lo/accept_ra") == "0");
  CHECK(value_of("ipv4/conf/eth1/forwarding") == "0");
  CHECK(value_of("ipv6/conf/eth1/forwarding") == "1");
  CHECK(value_of("ipv4/conf/all/accept_redirects") == "1");
}
