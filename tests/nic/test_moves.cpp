#include "nic/nic_lab.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <chrono>

using namespace lab;
namespace vd = vdeup;

namespace {

void require_done(const vd::Result<>& done) {
  INFO((done ? "" : done.error().message() + "\n" + done.error().hints().text()));
  REQUIRE(done);
}

/// Move in and back; in between the bridge has what the NIC had and the NIC has nothing, and in the end
/// everything is as it was.
void check_there_and_back() {
  settle();
  const Mover mover;
  const std::string before = snapshot();
  const vd::NicSnapshot nic = mover.look("eth0");
  require_done(mover.apply(mover.plan_in()));
  const vd::NicSnapshot port = mover.look("eth0");
  CHECK(port.master == name_of("ctysbr0"));
  CHECK(port.addresses.empty());
  CHECK(port.routes.empty());
  CHECK(port.rules.empty());
  CHECK(differences_but_device(nic, mover.look("ctysbr0")) == "");
  require_done(mover.apply(mover.plan_out()));
  CHECK(differences(nic, mover.look("eth0")) == "");
  CHECK(changes_since(before) == "");
}

bool has_route(const vd::NicSnapshot& nic, const std::string& part) {
  return std::any_of(nic.routes.begin(), nic.routes.end(), [&part](const vd::Route& route) {
    return describe(route).find(part) != std::string::npos;
  });
}

} // namespace

TEST_CASE("move: a NIC without addresses goes in and comes back", "[nic]") {
  const Neighbourhood neighbourhood;
  check_there_and_back();
}

TEST_CASE("move: a NIC without IPv6 goes in and comes back", "[nic]") {
  const Neighbourhood neighbourhood;
  sysctl("ipv6/conf/eth0/disable_ipv6", "1");
  ip("address add 10.1.0.2/24 dev eth0");
  ip("route add default via 10.1.0.1");
  check_there_and_back();
}

TEST_CASE("move: a NIC that is down is set up for the bridge, and undoing sets it down", "[nic]") {
  const Neighbourhood neighbourhood;
  ip("link set eth0 down");
  ip("address add 10.1.0.2/24 dev eth0");
  const Mover mover;
  const std::string before = snapshot();
  const auto plan = mover.plan_in();
  require_done(mover.apply(plan));
  CHECK(mover.look("eth0").is_up);
  for (auto planned = plan.rbegin(); planned != plan.rend(); ++planned)
    if (planned->undo)
      require_done(mover.links().execute(std::get<vd::LinkStep>(*planned->undo)));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: addresses and default routes of both families go along", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  check_there_and_back();
}

TEST_CASE("move: addresses keep their order, flags, labels, peers and lifetimes", "[nic]") {
  const Neighbourhood neighbourhood;
  ip("address add 10.1.0.2/24 brd + dev eth0");
  ip("address add 10.1.0.9/24 brd 10.1.0.255 dev eth0 label eth0:web"); // secondary
  ip("address add 10.1.0.5/24 dev eth0 valid_lft 5000 preferred_lft 4000");
  ip("address add 10.2.0.2/16 dev eth0 noprefixroute metric 77");
  ip("address add 10.3.0.2 peer 10.3.0.1/32 dev eth0 label eth0:ptp");
  ip("address add 10.4.0.2/24 dev eth0 scope link metric 50");
  ip("address add 10.5.0.2/32 dev eth0 scope host label odd");
  ip("address add 2001:db8:1::2/64 dev eth0");
  ip("address add 2001:db8:1::3/64 dev eth0 nodad valid_lft 5000 preferred_lft 0");
  ip("address add 2001:db8:2::2/64 dev eth0 noprefixroute");
  ip("address add 2001:db8:3::2/64 dev eth0 mngtmpaddr home");
  ip("address add 2001:db8:4::2 peer 2001:db8:4::1/128 dev eth0 metric 99");
  settle();
  const vd::NicSnapshot nic = Mover{}.look("eth0");
  REQUIRE(nic.addresses.size() == 13); // twelve, and one of the link
  check_there_and_back();
}

TEST_CASE("move: routes of every kind, in every table, go along", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("address add 10.1.0.3/24 dev eth0");
  ip("route add default via 10.1.0.1 metric 100 src 10.1.0.3 proto dhcp");
  ip("route add 10.20.0.0/16 via 10.1.0.1 table 100 mtu 1400 advmss 1300");
  ip("route add 10.21.0.0/16 dev eth0 scope link table 300 proto static");
  ip("route add 10.22.0.0/16 via 10.99.0.1 dev eth0 onlink");
  ip("route add 10.23.0.0/16 nexthop via 10.1.0.1 weight 3 nexthop via 10.1.0.4 weight 5");
  ip("route add 10.24.0.0/16 via 10.1.0.1 tos 0x10 metric 7");
  ip("route add 10.25.0.0/16 via inet6 2001:db8:1::1 dev eth0");
  ip("route add local 10.26.0.0/16 dev eth0 table 300");
  ip("-6 route add default via 2001:db8:1::1 metric 2048 pref high");
  ip("-6 route add 2001:db8:20::/48 via 2001:db8:1::1 table 100 mtu 1400");
  ip("-6 route add 2001:db8:21::/48 nexthop via 2001:db8:1::1 nexthop via 2001:db8:1::7 weight 4");
  ip("-6 route add 2001:db8:22::/48 via 2001:db8:1::1 expires 4000");
  ip("-6 route add 2001:db8:23::/48 from 2001:db8:1::/64 via 2001:db8:1::1");
  ip("-6 route add 2001:db8:24::/48 via fe80::1 dev eth0");
  const vd::NicSnapshot nic = Mover{}.look("eth0");
  REQUIRE(nic.routes.size() >= 19);
  REQUIRE(has_route(nic, "table 300"));
  check_there_and_back();
}

TEST_CASE("move: routes to prefixes that were removed, or have another metric, do not come back", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("route add 10.1.0.0/24 dev eth0 src 10.1.0.2 metric 50");
  ip("route delete 10.1.0.0/24 dev eth0 proto kernel");
  ip("-6 route delete 2001:db8:1::/64 dev eth0");
  ip("-6 route replace default via fe80::1 dev eth0");
  ip("address add 10.3.0.2 peer 10.3.0.1/32 dev eth0");
  ip("route delete 10.3.0.1 dev eth0");
  check_there_and_back();
  const Mover mover;
  const vd::NicSnapshot nic = mover.look("eth0");
  const auto plan = mover.plan_in();
  require_done(mover.apply(plan));
  for (auto planned = plan.rbegin(); planned != plan.rend(); ++planned)
    if (planned->undo)
      require_done(mover.links().execute(std::get<vd::LinkStep>(*planned->undo)));
  CHECK(differences(nic, mover.look("eth0")) == "");
}

TEST_CASE("move: routes that share a destination with another interface keep their place", "[nic]") {
  const Neighbourhood neighbourhood;
  const NetworkNamespace second;
  ip("link add eth1 type veth peer name far1 netns " + std::to_string(second.pid()));
  second.ip("link set far1 up");
  const bool nic_is_first = GENERATE(true, false);
  CAPTURE(nic_is_first);
  const std::string first = nic_is_first ? "eth0" : "eth1";
  const std::string later = nic_is_first ? "eth1" : "eth0";
  ip("link set eth1 up");
  ip("address add 10.1.0." + std::string{nic_is_first ? "2" : "3"} + "/24 dev " + first);
  ip("address add 10.1.0." + std::string{nic_is_first ? "3" : "2"} + "/24 dev " + later);
  ip("address add 2001:db8:1::2/64 dev " + first + " nodad");
  ip("address add 2001:db8:1::3/64 dev " + later + " nodad");
  ip("route add 10.30.0.0/16 nexthop via 10.1.0.1 dev eth0 nexthop via 10.1.0.1 dev eth1");
  ip("-6 route add 2001:db8:30::/48 nexthop via 2001:db8:1::1 dev eth0 nexthop via 2001:db8:1::1 dev eth1");
  settle();
  const auto wanted = nic_is_first ? vd::Route::Place::first : vd::Route::Place::behind;
  const auto routes = Mover{}.look("eth0").routes;
  REQUIRE(std::count_if(routes.begin(), routes.end(),
                        [wanted](const vd::Route& route) { return route.place == wanted; }) >= 2);
  const Mover mover;
  const vd::NicSnapshot other = mover.look("eth1");
  check_there_and_back();
  CHECK(differences(other, mover.look("eth1")) == "");
}

TEST_CASE("move: rules, neighbours set by hand and settings go along", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("rule add iif eth0 from 10.9.0.0/16 lookup 100 priority 500");
  ip("rule add oif eth0 fwmark 0x7/0xff lookup 300 priority 501 suppress_prefixlength 8");
  ip("-6 rule add not iif eth0 lookup 100 priority 502");
  ip("rule add from 10.1.0.2 lookup 100 priority 503"); // names no interface, and stays as it is
  ip("neighbour add 10.1.0.77 lladdr 02:00:00:00:00:77 dev eth0");
  ip("neighbour add 2001:db8:1::77 lladdr 02:00:00:00:00:77 dev eth0 router");
  ip("neighbour add proxy 10.1.0.88 dev eth0");
  ip("-6 neighbour add proxy 2001:db8:1::88 dev eth0");
  sysctl("ipv4/conf/eth0/rp_filter", "1");
  sysctl("ipv4/conf/eth0/arp_announce", "2");
  sysctl("ipv4/conf/eth0/forwarding", "1");
  sysctl("ipv4/conf/eth0/proxy_arp", "1");
  sysctl("ipv6/conf/eth0/accept_ra", "2");
  sysctl("ipv6/conf/eth0/use_tempaddr", "2");
  sysctl("ipv6/conf/eth0/hop_limit", "55");
  sysctl("ipv6/conf/eth0/mtu", "1400");
  sysctl("ipv4/neigh/eth0/gc_stale_time", "77");
  sysctl("ipv6/neigh/eth0/retrans_time_ms", "1500");
  const vd::NicSnapshot nic = Mover{}.look("eth0");
  REQUIRE(nic.rules.size() == 3);
  REQUIRE(std::count_if(nic.neighbours.begin(), nic.neighbours.end(),
                        [](const vd::Neighbour& one) { return one.is_set_by_hand(); }) == 4);
  check_there_and_back();
}

TEST_CASE("move: many neighbours set by hand are the same in whatever order the kernel has them", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  for (int i = 10; i < 40; ++i) {
    ip("neighbour add 10.1.0." + std::to_string(i) + " lladdr 02:00:00:00:00:77 dev eth0");
    ip("neighbour add proxy 10.1.0." + std::to_string(100 + i) + " dev eth0");
  }
  check_there_and_back();
}

TEST_CASE("move: what is changed on the bridge goes back to the NIC", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const Mover mover;
  const vd::NicSnapshot nic = mover.look("eth0");
  require_done(mover.apply(mover.plan_in()));
  ip("address add 10.1.0.44/24 dev ctysbr0");
  ip("route add 10.44.0.0/16 via 10.1.0.1");
  require_done(mover.apply(mover.plan_out()));
  const std::string changes = differences(nic, mover.look("eth0"));
  CHECK(changes.find("+ address 10.1.0.44/24") != std::string::npos);
  CHECK(changes.find("+ route 10.44.0.0/16 via 10.1.0.1") != std::string::npos);
  CHECK(std::count(changes.begin(), changes.end(), '\n') == 2);
}

TEST_CASE("move: a differing address, route, rule, neighbour and setting is told", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const Mover mover;
  const vd::NicSnapshot nic = mover.look("eth0");
  REQUIRE(differences(nic, mover.look("eth0")) == "");
  const auto change =
      GENERATE("address change 10.1.0.2/24 dev eth0 valid_lft 900 preferred_lft 800",
               "address add 10.1.0.3/24 dev eth0", "route add 10.44.0.0/16 via 10.1.0.1",
               "rule add iif eth0 lookup 100", "link set eth0 mtu 1400",
               "neighbour add 10.1.0.77 lladdr 02:00:00:00:00:77 dev eth0", "link set eth0 addrgenmode none");
  CAPTURE(change);
  ip(change);
  CHECK(differences(nic, mover.look("eth0")) != "");
}

TEST_CASE("move: routes with next hop objects are refused", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("nexthop add id 7 via 10.1.0.1 dev eth0");
  ip("route add 10.50.0.0/16 nhid 7");
  const auto plan = vd::nicmove::plan_move_in(Mover{}.look("eth0"), name_of("ctysbr0"));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind() == vd::ErrorKind::refused);
}

TEST_CASE("move: a typical NIC is moved in a few milliseconds", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const Mover mover;
  using clock = std::chrono::steady_clock;
  auto fastest = clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto plan = mover.plan_in();
    const auto start = clock::now();
    require_done(mover.apply(plan));
    fastest = std::min(fastest, clock::now() - start);
    require_done(mover.apply(mover.plan_out()));
  }
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(fastest);
  WARN("moved in within " << spent.count() << " us");
  CHECK(spent < scaled(std::chrono::milliseconds{200})); // sanitizers in mind
}

TEST_CASE("move: a bond whose ports go down with it has them up again", "[nic]") {
  if (run({"ip", "link", "add", "bond0", "type", "bond"}).status != 0)
    skip("this kernel has no bonding");
  const NetworkNamespace lan;
  ip("link add port0 type veth peer name lan0 netns " + std::to_string(lan.pid()));
  lan.ip("link set lan0 up");
  ip("link set port0 master bond0");
  ip("link set bond0 up");
  ip("address add 10.1.0.2/24 dev bond0");
  settle();
  const Mover mover;
  const auto plan = vd::nicmove::plan_move_in(mover.look("bond0"), name_of("ctysbr0"));
  REQUIRE(plan);
  require_done(mover.apply(plan.value()));
  CHECK(mover.look("port0").is_up);
  CHECK(mover.look("bond0").is_up);
}
