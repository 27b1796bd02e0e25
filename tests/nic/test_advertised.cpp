#include "nic/nic_lab.hpp"
#include "nic/router.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <algorithm>

using namespace lab;
namespace vd = vdeup;

namespace {

using std::chrono::seconds;

/// The address that the host made itself of the router's prefix; none if there is none.
std::optional<vd::InterfaceAddress> own_address(const vd::NicSnapshot& nic, bool temporary = false) {
  const auto found =
      std::find_if(nic.addresses.begin(), nic.addresses.end(), [temporary](const vd::InterfaceAddress& one) {
        return one.is_from_a_router() && one.is_temporary() == temporary;
      });
  return found == nic.addresses.end() ? std::nullopt : std::optional{*found};
}

/// Let the router speak until the interface has an address that is good for as long as it said.
void hear(const Neighbourhood& neighbourhood, const Mover& mover, const std::string& interface,
          const RouterWord& word) {
  REQUIRE(eventually([&] {
    advertise(neighbourhood.gateway, word); // again and again: its own address may not be ready yet
    const auto address = own_address(mover.look(interface));
    return address && seconds{address->valid} + seconds{5} > word.prefix;
  }));
  settle();
}

void require_done(const vd::Result<>& done) {
  INFO((done ? "" : done.error().message()));
  REQUIRE(done);
}

std::size_t count_default_routes(const vd::NicSnapshot& nic) {
  return static_cast<std::size_t>(std::count_if(
      nic.routes.begin(), nic.routes.end(), [](const auto& route) { return route.is_advertised_default(); }));
}

} // namespace

TEST_CASE("move: an address that a router told of is renewed on the bridge, and on the NIC afterwards",
          "[nic]") {
  const Neighbourhood neighbourhood;
  const Mover mover;
  hear(neighbourhood, mover, "eth0", {});
  const vd::NicSnapshot nic = mover.look("eth0");
  REQUIRE(own_address(nic)->is_from_a_router());
  REQUIRE(count_default_routes(nic) == 1);
  require_done(mover.apply(mover.plan_in()));
  CHECK(differences_but_device(nic, mover.look("ctysbr0")) == "");
  hear(neighbourhood, mover, "ctysbr0", {seconds{1200}, seconds{800}});
  CHECK(count_default_routes(mover.look("ctysbr0")) == 2);
  require_done(mover.apply(mover.plan_out()));
  CHECK(differences(nic, mover.look("eth0")) == "");
  CHECK(count_default_routes(mover.look("eth0")) == 1);
  hear(neighbourhood, mover, "eth0", {seconds{1800}, seconds{1600}});
}

TEST_CASE("move: a router's route stays in front of another interface's", "[nic]") {
  const Neighbourhood neighbourhood;
  const NetworkNamespace second;
  const Mover mover;
  hear(neighbourhood, mover, "eth0", {});
  ip("link add eth1 type veth peer name far1 netns " + std::to_string(second.pid()));
  second.ip("link set far1 up");
  ip("link set eth1 up");
  ip("-6 route append default via fe80::77 dev eth1");
  settle();
  require_done(mover.apply(mover.plan_in()));
  CHECK(run({"ip", "-6", "route", "get", "2001:db8:9::2"}).out.find("dev ctysbr0") != std::string::npos);
  hear(neighbourhood, mover, "ctysbr0", {seconds{1200}, seconds{800}});
  ip("link delete eth1");
}

TEST_CASE("move: a temporary address goes along, and the kernel makes new ones", "[nic]") {
  const Neighbourhood neighbourhood;
  const Mover mover;
  sysctl("ipv6/conf/eth0/use_tempaddr", "2");
  hear(neighbourhood, mover, "eth0", {});
  const vd::NicSnapshot nic = mover.look("eth0");
  const auto temporary = own_address(nic, true);
  REQUIRE(temporary);
  require_done(mover.apply(mover.plan_in()));
  const vd::NicSnapshot bridge = mover.look("ctysbr0");
  CHECK(differences_but_device(nic, bridge) == "");
  CHECK(std::any_of(bridge.addresses.begin(), bridge.addresses.end(),
                    [&](const auto& one) { return one.local == temporary->local; }));
  hear(neighbourhood, mover, "ctysbr0", {seconds{1200}, seconds{800}});
  CHECK(own_address(mover.look("ctysbr0"), true));
  require_done(mover.apply(mover.plan_out()));
  CHECK(mover.restore(vd::nicmove::move_in_of(nic, name_of("ctysbr0"))) == "");
}
