#include "managers/handover.hpp"
#include "managers/network_manager.hpp"
#include "model/nic_fields.hpp"
#include "nicmove/permission.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

using namespace vdeup;
using namespace vdeup::managers;
using namespace vdeup::nicmove;
using lab::has;
using Kind = NicManager::Kind;
using Hold = NicManager::Hold;
using Steps = std::vector<ManagerStep>;

namespace {

IfName name(const char* text) {
  return IfName::parse(text).value();
}

const std::string k_uuid = "6a4c1c5e-9f3b-4d5c-8f2e-111111111111";

NicManager manager(Kind kind, Hold hold = Hold::manages, bool is_dynamic = false) {
  return {.kind = kind,
          .name = kind == Kind::networkd ? "systemd-networkd" : "NetworkManager",
          .hold = hold,
          .is_dynamic = is_dynamic,
          .configuration = k_uuid,
          .evidence = {"seen"}};
}

Handover handed(const std::vector<Kind>& running, const std::vector<NicManager>& managers) {
  auto handover = plan_handover(running, managers, name("eth0"), name("br0"));
  REQUIRE(handover);
  return std::move(handover).value();
}

NicChoice choice() {
  return {.nic = Link{.index = 2, .name = "eth0", .kind = ""}, .reason = "test"};
}

} // namespace

TEST_CASE("marks: each manager that runs is told of all devices, and nobody else is", "[plan]") {
  const std::vector<IfName> devices{name("br0"), name("tap0")};
  CHECK(unmanage_steps({}, devices).value().empty());
  CHECK(unmanage_steps({Kind::networkd}, {}).value().empty());
  CHECK(unmanage_steps({Kind::network_manager, Kind::networkd}, devices).value() ==
        Steps{Unmanage{Kind::networkd, devices}, Unmanage{Kind::network_manager, devices}});
  CHECK(unmanage_steps({Kind::networkd}, {name("a*")}).error().kind() == ErrorKind::refused);
}

TEST_CASE("handover: networkd is told of the bridge before and of the NIC after, and taken back in reverse",
          "[plan]") {
  const auto handover = handed({Kind::networkd}, {manager(Kind::networkd)});
  CHECK(handover.before == Steps{Unmanage{Kind::networkd, {name("br0")}}});
  CHECK(handover.after == Steps{Unmanage{Kind::networkd, {name("eth0")}}});
  CHECK(inverse(handover.all()) ==
        Steps{Manage{Kind::networkd, {name("eth0")}}, Manage{Kind::networkd, {name("br0")}}});
}

TEST_CASE("handover: NetworkManager lets go before, and takes the same connection up at the end", "[plan]") {
  const auto handover = handed({Kind::network_manager}, {manager(Kind::network_manager)});
  CHECK(handover.before ==
        Steps{Unmanage{Kind::network_manager, {name("br0")}}, DisconnectNic{name("eth0"), k_uuid}});
  CHECK(handover.after.empty());
  CHECK(inverse(handover.all()).front() == ManagerStep{ConnectNic{name("eth0"), k_uuid}});
}

TEST_CASE("handover: a networkd with a lease, or one that leaves the NIC, is not told of it", "[plan]") {
  const auto hold = GENERATE(Hold::leaves, Hold::undecided);
  CHECK(handed({Kind::networkd}, {manager(Kind::networkd, hold)}).after.empty());
  CHECK(handed({Kind::networkd}, {manager(Kind::networkd, Hold::manages, true)}).after.empty());
}

TEST_CASE("handover: NetworkManager lets go of a lease as well, for those who insist", "[plan]") {
  const auto leased = manager(Kind::network_manager, Hold::manages, true);
  CHECK_FALSE(can_hand_over(leased));
  CHECK(handed({Kind::network_manager}, {leased}).before.size() == 2);
  const auto leaves = manager(Kind::network_manager, Hold::leaves);
  CHECK(handed({Kind::network_manager}, {leaves}).before.size() == 1);
}

TEST_CASE("manager steps: what is written is read back, and everything else is refused whole", "[model]") {
  constexpr TextForm form{.version = "steps", .before_name = '\n'};
  const Steps steps{Unmanage{Kind::networkd, {name("br0"), name("eth0")}},
                    Manage{Kind::network_manager, {name("x")}}, DisconnectNic{name("eth0"), k_uuid},
                    ConnectNic{name("eth0"), ""}};
  const std::string text = write_text(form, steps).value();
  CHECK(text == "steps 4\nunmanage networkd 2 br0 eth0\nmanage network-manager 1 x\ndisconnect eth0 " +
                    text_word(k_uuid) + "\nconnect eth0 x");
  CHECK(read_text<Steps>(form, text).value() == steps);
  CHECK(read_text<Steps>(form, "steps 0").value().empty());
  const char* broken =
      GENERATE("unmanage networkd 2 br0", "unmanage networkd 0", "unmanage connman 1 br0", "",
               "disconnect eth0", "disconnect eth0 x6e6f2f75756964", "disconnect eth0 - -",
               "delete networkd 1 br0", "unmanage networkd 1 a/b", "unmanage networkd 1 br0\nlet");
  CAPTURE(broken);
  CHECK_FALSE(read_text<Steps>(form, std::string{"steps 1\n"} + broken));
}

TEST_CASE("check_permission: who can be told needs no force, and the user hears of it", "[plan]") {
  const auto kind = GENERATE(Kind::networkd, Kind::network_manager);
  NicDependents use{.managers = {manager(kind)}};
  CHECK(check_permission(choice(), use, {}, false).error().kind() == ErrorKind::refused);
  use.reachable_managers = {kind};
  const auto notes = check_permission(choice(), use, {}, false);
  REQUIRE(notes);
  CHECK(has(notes.value().front(), "is told to leave it alone until it is given back"));
}

TEST_CASE("check_permission: to be told is not enough for a lease, nor for one that has not made up its mind",
          "[plan]") {
  const bool is_dynamic = GENERATE(false, true);
  const NicDependents use{
      .expiring = {{IpAddress::parse("192.0.2.1").value(), 120}},
      .managers = {manager(Kind::networkd, is_dynamic ? Hold::manages : Hold::undecided, is_dynamic)},
      .reachable_managers = {Kind::networkd}};
  const auto refused = check_permission(choice(), use, {}, false);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "192.0.2.1 ends in 120 s") == is_dynamic);
}

TEST_CASE("check_permission: a router's addresses end where the manager heard the router, and not the kernel",
          "[plan]") {
  NicDependents use{.expiring = {{IpAddress::parse("2001:db8::5").value(), 600, true}}};
  CHECK(check_permission(choice(), use, {}, false));
  use.managers = {manager(GENERATE(Kind::networkd, Kind::network_manager))};
  use.reachable_managers = {Kind::networkd, Kind::network_manager};
  const auto refused = check_permission(choice(), use, {}, false);
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().cause(), "2001:db8::5 ends in 600 s"));
}

TEST_CASE("nmcli: the commands say all that the bridge is to have, quoted for a shell", "[plan]") {
  BridgeConfiguration bridge{.bridge = name("br0"),
                             .nic = name("eth0"),
                             .mac = MacAddress::parse("52:54:00:12:34:56").value(),
                             .router_advertisements = false,
                             .addresses = {"192.0.2.1/24", "192.0.2.2/24"},
                             .gateways = {IpAddress::parse("192.0.2.254").value()}};
  CHECK(nmcli_commands(bridge) ==
        std::vector<std::string>{
            "nmcli connection add type bridge con-name br0 ifname br0 bridge.stp no bridge.mac-address "
            "52:54:00:12:34:56 ipv4.addresses 192.0.2.1/24,192.0.2.2/24 ipv4.gateway 192.0.2.254 ipv4.method "
            "manual "
            "ipv6.method disabled",
            "nmcli connection add type bridge-slave con-name br0-eth0 ifname eth0 master br0",
            "nmcli connection up br0-eth0"});
  bridge.nic = name("e$x");
  CHECK(has(nmcli_commands(bridge).back(), "'br0-e$x'"));
}
