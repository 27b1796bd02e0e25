// A real systemd-networkd, and a NIC of its that goes into a bridge and comes back.

#include "dependents/guard_lab.hpp"
#include "managers/managers_lab.hpp"
#include "nicmove/permission.hpp"
#include "support/catch.hpp"

#include <signal.h>

#include <filesystem>

using namespace managers_lab;
using namespace guard_lab;
using namespace manager_lab;
using namespace vdeup;

namespace {

constexpr const char* k_static = "[Match]\nName=eth0\n\n[Network]\nAddress=10.1.0.2/24\nGateway=10.1.0.1\n"
                                 "Address=2001:db8:1::2/64\nGateway=2001:db8:1::1\nIPv6AcceptRA=no\n";
constexpr const char* k_leased = "[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n";
/// What makes a manager dangerous: it takes whatever comes.
constexpr const char* k_everything = "[Match]\nName=*\n\n[Network]\nAddress=198.51.100.1/24\n";

/// networkd has set up eth0, and has a file for everything else.
class NetworkdRound {
 public:
  explicit NetworkdRound(const char* configuration) {
    m_networkd.start_bus();
    m_neighbourhood.emplace();
    write_file("/run/systemd/network/10-eth0.network", configuration);
    write_file("/run/systemd/network/90-all.network", k_everything);
    if (configuration == k_leased)
      m_dhcp.emplace(m_neighbourhood->gateway.pid(), "lan", "10.1.0.50", "10.1.0.60");
    m_networkd.start();
    REQUIRE(lab::eventually([] { return is_held("eth0", NicManager::Hold::manages); }));
    wait_for_default_route();
    REQUIRE(lab::eventually([] {
      return has(lab::run({"networkctl", "status", "eth0"}).out, "(configured)");
    }));
    lab::settle();
  }

  [[nodiscard]] Networkd& networkd() { return m_networkd; }
  [[nodiscard]] const lab::Neighbourhood& neighbourhood() const { return *m_neighbourhood; }

 private:
  Networkd m_networkd{};
  std::optional<lab::Neighbourhood> m_neighbourhood{};
  std::optional<DhcpServer> m_dhcp{};
};

} // namespace

TEST_CASE("networkd: left to itself, it puts the address back on a moved NIC when the carrier comes back",
          "[managers]") {
  NetworkdRound round{k_static};
  const lab::Mover mover;
  managers::HostManagers host_managers;
  tell(host_managers, handover(host_managers).before); // else it takes the bridge as well
  require_done(mover.apply(mover.plan_in()));
  lose_carrier(round.neighbourhood(), std::chrono::seconds{0});
  CHECK(lab::eventually([&] { return !mover.look("eth0").addresses.empty(); }));
}

TEST_CASE("networkd: told to leave a NIC before the move, it takes the addresses away", "[managers]") {
  NetworkdRound round{k_static};
  managers::HostManagers host_managers;
  tell(host_managers, {Unmanage{NicManager::Kind::networkd, {lab::name_of("eth0")}}});
  CHECK(lab::eventually([] {
    return lab::run({"ip", "-4", "-o", "address", "show", "dev", "eth0"}).out.empty();
  }));
}

TEST_CASE("networkd: a bridge that is not marked before it is made gets what the files say", "[managers]") {
  NetworkdRound round{k_static};
  must("ip link add ctysbr0 type bridge");
  must("ip link set ctysbr0 up");
  CHECK(lab::eventually([] {
    return has(lab::run({"ip", "-4", "-o", "address", "show", "dev", "ctysbr0"}).out, "198.51.100.1");
  }));
}

TEST_CASE("networkd: its NIC goes into a bridge, and reload, restart and carrier change nothing",
          "[managers]") {
  NetworkdRound round{k_static};
  ManagedMove move;
  CHECK(move.told.before ==
        std::vector<ManagerStep>{Unmanage{NicManager::Kind::networkd, {lab::name_of("ctysbr0")}}});
  move.go_in();
  REQUIRE(is_held("eth0", NicManager::Hold::leaves));
  lose_carrier(round.neighbourhood(), std::chrono::seconds{2});
  move.check_is_moved();
  must("networkctl reload");
  round.networkd().restart();
  REQUIRE(
      lab::eventually([] { return is_held("lo", NicManager::Hold::manages); })); // it has looked at all links
  lose_carrier(round.neighbourhood(), std::chrono::seconds{4});
  move.check_is_moved();
}

TEST_CASE("networkd: given back, the NIC is managed and has all that it had, and no file is left",
          "[managers]") {
  NetworkdRound round{k_static};
  ManagedMove move;
  move.go_in();
  CHECK(files_of_ours() != "");
  move.go_out();
  CHECK(files_of_ours() == "");
  REQUIRE(lab::eventually([] { return is_held("eth0", NicManager::Hold::manages); }));
  lab::settle();
  move.check_is_back();
  // It has not only said so: what is taken off it puts back.
  must("ip address delete 10.1.0.2/24 dev eth0");
  lose_carrier(round.neighbourhood(), std::chrono::seconds{4});
  wait_for_default_route();
  lab::settle();
  move.check_is_back();
}

TEST_CASE("networkd: a leased NIC is not moved unless one insists, and then the lease is told of",
          "[managers]") {
  NetworkdRound round{k_leased};
  const auto managers = managers_of("eth0");
  REQUIRE(managers.size() == 1);
  REQUIRE(managers.front().is_dynamic);
  const lab::Mover mover;
  nicmove::NicDependents use{.managers = managers, .reachable_managers = {NicManager::Kind::networkd}};
  for (const InterfaceAddress& address : mover.look("eth0").addresses)
    if (address.valid != k_forever)
      use.expiring.push_back({address.local.address, address.valid});
  REQUIRE(use.expiring.size() == 1);
  const nicmove::NicChoice choice{.nic = link_called("eth0"), .reason = {}};
  const auto refused = nicmove::check_permission(choice, use, {}, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::refused);
  const auto notes = nicmove::check_permission(choice, use, {}, true);
  REQUIRE(notes);
  INFO(notes.value().front());
  CHECK(has(notes.value().front(), use.expiring.front().address.str() + " ends in"));
  managers::HostManagers host_managers;
  CHECK(handover(host_managers).after.empty());
}

TEST_CASE("networkd: vdeup create takes its static NIC without insisting, and cancel gives it back",
          "[managers]") {
  NetworkdRound round{k_static};
  const ManagedMove move;
  create_by_command("systemd-networkd");
  REQUIRE(is_held("eth0", NicManager::Hold::leaves));
  lose_carrier(round.neighbourhood(), std::chrono::seconds{2});
  round.networkd().restart();
  REQUIRE(lab::eventually([] { return is_held("lo", NicManager::Hold::manages); }));
  lose_carrier(round.neighbourhood(), std::chrono::seconds{2});
  move.check_is_moved();
  // networkd has a file that matches all names: neither bridge nor TAP got what it says.
  for (const char* device : {"ctysbr0", "tap0"})
    CHECK_FALSE(has(must(std::string{"ip address show dev "} + device), "198.51.100.1"));
  // The gateway's end was down, and IPv6 forgot its address.
  round.neighbourhood().gateway.ip("address replace 2001:db8:1::1/64 dev lan nodad");
  cancel_by_command();
  REQUIRE(lab::eventually([] { return is_held("eth0", NicManager::Hold::manages); }));
  lab::settle();
  move.check_is_back();
}

TEST_CASE("networkd: a move that is not kept leaves it as it was, files included", "[managers]") {
  NetworkdRound round{k_static};
  const ManagedMove move;
  const auto expired = lab::run_vdeup({"create", "--confirm", "1"});
  CHECK(expired.status == 1);
  CHECK(files_of_ours() == "");
  REQUIRE(lab::eventually([] { return is_held("eth0", NicManager::Hold::manages); }));
  lab::settle();
  move.check_is_back();
  // Killed while it waits, the watchdog tells networkd.
  lab::Running create{{"sh", "-c", "exec " + lab::bin_directory() + "/vdeup create --confirm 2 2>&1"}};
  REQUIRE(create.wait_for("`vdeup confirm`"));
  CHECK(files_of_ours() != "");
  create.signal(SIGKILL);
  (void)create.finish();
  CHECK(lab::eventually([] { return files_of_ours().empty(); }));
  lab::settle();
  move.check_is_back();
}

TEST_CASE("networkd: vdeup create does not take a leased NIC without -f", "[managers]") {
  NetworkdRound round{k_leased};
  const auto refused = lab::run_vdeup({"create"});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "systemd-networkd manages it"));
  CHECK(has(refused.err, "--persist"));
}
