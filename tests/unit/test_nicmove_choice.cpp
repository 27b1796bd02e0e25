#include "nicmove/permission.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

using namespace vdeup;
using namespace vdeup::nicmove;
using lab::has;

namespace {

Link link(std::uint32_t index, std::string name, std::string kind = "") {
  return Link{
      .index = index, .name = std::move(name), .kind = std::move(kind), .is_up = true, .has_carrier = true};
}

IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}

/// eth0 with the default route, eth1, a VLAN on eth0, and a WireGuard tunnel.
HostLinks host() {
  HostLinks survey{.links = {link(1, "lo"), link(2, "eth0"), link(3, "eth1"), link(4, "eth0.5", "vlan"),
                             link(5, "wg0", "wireguard")},
                   .default_routes = {2}};
  survey.links[0].is_loopback = true;
  survey.links[3].lower = 2;
  survey.links[4].is_ethernet = false;
  return survey;
}

NetworkSession session(std::uint32_t route) {
  return {.server = "sshd",
          .peer = SocketAddress{ip("198.51.100.7"), 40000},
          .local = ip("192.0.2.1"),
          .route = route,
          .evidence = "seen"};
}

NicChoice choice(const HostLinks& survey, std::size_t at = 1) {
  return {.nic = survey.links[at], .reason = "test"};
}

} // namespace

TEST_CASE("check_permission: a session over the NIC is refused, named, and yields to force", "[plan]") {
  const HostLinks survey = host();
  const NicDependents use{.sessions = {session(2)}};
  const auto refused = check_permission(choice(survey), use, survey, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::refused);
  CHECK(setup_exit_status(refused.error().kind()) == 1);
  CHECK(has(refused.error().what(), "eth0"));
  CHECK(has(refused.error().cause(), "198.51.100.7"));
  CHECK(has(refused.error().hints().text(), "-f"));
  const auto forced = check_permission(choice(survey), use, survey, true);
  REQUIRE(forced);
  CHECK(has(forced.value().front(), "198.51.100.7"));
}

TEST_CASE("check_permission: a session over another NIC does not count", "[plan]") {
  const HostLinks survey = host();
  CHECK(check_permission(choice(survey), {.sessions = {session(3)}}, survey, false));
  CHECK(check_permission(choice(survey), {.sessions = {session(0)}}, survey, false));
}

TEST_CASE("check_permission: a session to an address of the NIC counts, whatever way its answers take",
          "[plan]") {
  const HostLinks survey = host();
  CHECK_FALSE(check_permission(choice(survey), {.addresses = {ip("192.0.2.1")}, .sessions = {session(3)}},
                               survey, false));
}

TEST_CASE("check_permission: a session over a VLAN of the NIC or a tunnel that leaves through it counts",
          "[plan]") {
  const HostLinks survey = host();
  CHECK_FALSE(check_permission(choice(survey), {.sessions = {session(4)}}, survey, false));
  CHECK_FALSE(check_permission(choice(survey), {.sessions = {session(5)}}, survey, false));
  CHECK(check_permission(choice(survey, 2), {.sessions = {session(4)}}, survey, false));
  CHECK(check_permission(choice(survey, 2), {.sessions = {session(5)}}, survey, false));
}

TEST_CASE("check_permission: where all default routes lead into tunnels, any NIC can carry these", "[plan]") {
  HostLinks survey = host();
  survey.default_routes = {5};
  CHECK_FALSE(check_permission(choice(survey, 2), {.sessions = {session(5)}}, survey, false));
  survey.default_routes = {5, 2};
  CHECK(check_permission(choice(survey, 2), {.sessions = {session(5)}}, survey, false));
}

TEST_CASE("check_permission: of a session of which only the server is known, the default route tells",
          "[plan]") {
  const HostLinks survey = host();
  const NicDependents use{.sessions = {{.server = "tailscaled", .evidence = "seen"}}};
  CHECK_FALSE(check_permission(choice(survey), use, survey, false));
  CHECK(check_permission(choice(survey, 2), use, survey, false));
}

TEST_CASE("check_permission: devices that stand on each other in a circle end", "[plan]") {
  HostLinks survey = host();
  survey.links[3].lower = 4;
  CHECK(check_permission(choice(survey), {.sessions = {session(4)}}, survey, false));
}

TEST_CASE("check_permission: a root over the NIC does not yield to force, a home does", "[plan]") {
  const HostLinks survey = host();
  RemoteMount mount{
      .purpose = "the root file system", .mount_point = "/", .type = "nfs4", .is_vital = true, .route = 2};
  CHECK_FALSE(check_permission(choice(survey), {.mounts = {mount}}, survey, true));
  CHECK(check_permission(choice(survey, 2), {.mounts = {mount}}, survey, false));
  mount.route = 0;
  CHECK_FALSE(check_permission(choice(survey, 2), {.mounts = {mount}}, survey, true));
  mount.is_vital = false;
  CHECK_FALSE(check_permission(choice(survey), {.mounts = {mount}}, survey, false));
  CHECK(check_permission(choice(survey), {.mounts = {mount}}, survey, true));
}

TEST_CASE(
    "check_permission: all that speaks against it is said at once, and what does not yield is to be mended",
    "[plan]") {
  const HostLinks survey = host();
  const NicDependents use{
      .sessions = {session(2)},
      .mounts = {{.purpose = "the root file system", .mount_point = "/", .type = "iSCSI", .is_vital = true}}};
  const auto refused = check_permission(choice(survey), use, survey, false);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "iSCSI"));
  CHECK(has(refused.error().cause(), "198.51.100.7"));
  CHECK(has(refused.error().hints().text(), "another interface"));
}

TEST_CASE("check_permission: who manages the NIC is in the way, who has set it up is worth a note",
          "[plan]") {
  const HostLinks survey = host();
  using Hold = NicManager::Hold;
  const auto with = [](Hold hold) {
    return NicDependents{.managers = {{.name = "somebody", .hold = hold, .evidence = {"seen there"}}}};
  };
  for (const Hold hold : {Hold::manages, Hold::undecided}) {
    const auto refused = check_permission(choice(survey), with(hold), survey, false);
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().cause(), "somebody"));
    CHECK(has(refused.error().cause(), "seen there"));
    CHECK(has(refused.error().hints().text(), "--persist"));
    CHECK(check_permission(choice(survey), with(hold), survey, true));
  }
  CHECK(check_permission(choice(survey), with(Hold::leaves), survey, false).value().empty());
  CHECK(
      has(check_permission(choice(survey), with(Hold::has_set), survey, false).value().front(), "somebody"));
}

TEST_CASE("check_permission: a lease that nobody is known to renew is in the way, what a router tells is not",
          "[plan]") {
  const HostLinks survey = host();
  const NicDependents leased{.expiring = {{.address = ip("192.0.2.1"), .seconds = 3600}}};
  const auto refused = check_permission(choice(survey), leased, survey, false);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "192.0.2.1 ends in 3600 s"));
  CHECK(check_permission(choice(survey), leased, survey, true));
  const NicDependents told{
      .expiring = {{.address = ip("2001:db8::1"), .seconds = 3600, .is_from_a_router = true}}};
  CHECK(check_permission(choice(survey), told, survey, false));
}

TEST_CASE("choose_nic: a Wi-Fi station is refused, and not passed over where the default route is",
          "[plan]") {
  HostLinks survey = host();
  survey.links.push_back(link(6, "wlan0"));
  survey.wifi_stations = {"wlan0"};
  CHECK_FALSE(choose_nic(IfName::parse("wlan0").value(), true, survey));
  CHECK(choose_nic(std::nullopt, false, survey).value().nic.name == "eth0");
  survey.default_routes = {6, 2};
  const auto refused = choose_nic(std::nullopt, false, survey);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "Wi-Fi"));
}

TEST_CASE("choose_nic: a tunnel with the default route is passed over for the NIC behind it", "[plan]") {
  HostLinks survey = host();
  survey.default_routes = {5, 3};
  CHECK(choose_nic(std::nullopt, false, survey).value().nic.name == "eth1");
  survey.default_routes = {};
  CHECK(choose_nic(std::nullopt, false, survey).value().nic.name == "eth0");
}

TEST_CASE("choose_nic: a part of a bond, a team, a VRF or an Open vSwitch is refused", "[plan]") {
  HostLinks survey = host();
  survey.links.push_back(link(7, "over0", "bond"));
  survey.links[1].master = 7;
  const std::string kind = GENERATE("bond", "team", "vrf", "openvswitch");
  survey.links[1].port_kind = kind;
  const auto refused = choose_nic(IfName::parse("eth0").value(), true, survey);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "over0, a " + kind));
  CHECK(choose_nic(IfName::parse("over0").value(), false, survey));
}
