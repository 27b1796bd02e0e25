// A real NetworkManager, and a NIC of its that goes into a bridge and comes back.

#include "base/unique_fd.hpp"
#include "dependents/guard_lab.hpp"
#include "managers/bridge_configuration.hpp"
#include "managers/managers_lab.hpp"
#include "managers/network_manager.hpp"
#include "nicmove/permission.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <cstring>
#include <sstream>

using namespace managers_lab;
using namespace guard_lab;
using namespace manager_lab;
using namespace vdeup;

namespace {

constexpr const char* k_uuid = "6a4c1c5e-9f3b-4d5c-8f2e-111111111111";
constexpr const char* k_static = "[ipv4]\nmethod=manual\naddress1=10.1.0.2/24,10.1.0.1\n"
                                 "[ipv6]\nmethod=manual\naddress1=2001:db8:1::2/64,2001:db8:1::1\n";
constexpr const char* k_by_hand = "autoconnect=false\n";
constexpr const char* k_leased = "[ipv4]\nmethod=auto\n[ipv6]\nmethod=link-local\n";

/// NetworkManager has set up eth0.
class NetworkManagerRound {
 public:
  explicit NetworkManagerRound(const std::string& profile) {
    m_neighbourhood.emplace();
    if (profile == k_leased)
      m_dhcp.emplace(m_neighbourhood->gateway.pid(), "lan", "10.1.0.50", "10.1.0.60");
    NetworkManager::write_profile("eth0", k_uuid, profile);
    m_manager.start();
    if (has(profile, k_by_hand))
      (void)m_manager.nmcli("connection up eth0");
    wait_until_connected();
  }

  [[nodiscard]] NetworkManager& manager() { return m_manager; }
  [[nodiscard]] const lab::Neighbourhood& neighbourhood() const { return *m_neighbourhood; }
  void wait_until_connected() const {
    REQUIRE(lab::eventually([this] { return m_manager.state_of("eth0") == "connected"; }));
    wait_for_default_route();
    lab::settle();
  }

 private:
  NetworkManager m_manager{};
  std::optional<lab::Neighbourhood> m_neighbourhood{};
  std::optional<DhcpServer> m_dhcp{};
};

/// All that ip(8) tells of addresses and routes while this lives.
class Monitor {
 public:
  Monitor() : m_ip({"ip", "monitor", "address", "route"}) {
    REQUIRE(lab::eventually([this] { return hears_of("203.0.113.1"); })); // from here on it listens
  }
  /// What it has told of an interface that was taken away.
  [[nodiscard]] std::string deletions() {
    REQUIRE(hears_of("203.0.113.2")); // and has told all that was before
    std::string all;
    std::istringstream lines{m_ip.output()};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("Deleted") && has(line, "eth0"))
        all += line + "\n";
    return all;
  }

 private:
  bool hears_of(const std::string& address) {
    must("ip address add " + address + "/32 dev lo");
    const bool is_heard = m_ip.wait_for(address, std::chrono::seconds{1});
    must("ip address delete " + address + "/32 dev lo");
    return is_heard;
  }

  lab::Running m_ip;
};

} // namespace

TEST_CASE("NetworkManager: told to let go, it takes nothing off the NIC, and remembers over a restart",
          "[managers]") {
  NetworkManagerRound round{k_static};
  ManagedMove move;
  Monitor monitor;
  tell(move.managers, {DisconnectNic{lab::name_of("eth0"), k_uuid}});
  CHECK(round.manager().state_of("eth0") == "unmanaged");
  CHECK(is_held("eth0", NicManager::Hold::leaves));
  round.manager().restart();
  CHECK(round.manager().state_of("eth0") == "unmanaged");
  CHECK(monitor.deletions() == "");
  move.check_is_back();
}

TEST_CASE(
    "NetworkManager: its NIC goes into a bridge, and restart, `networking off` and carrier change nothing",
    "[managers]") {
  NetworkManagerRound round{k_static};
  ManagedMove move;
  CHECK(move.told.before ==
        std::vector<ManagerStep>{Unmanage{NicManager::Kind::network_manager, {lab::name_of("ctysbr0")}},
                                 DisconnectNic{lab::name_of("eth0"), k_uuid}});
  CHECK(move.told.after.empty());
  move.go_in();
  move.check_is_moved();
  lose_carrier(round.neighbourhood(), std::chrono::seconds{7}); // it waits 6 s before it gives up
  move.check_is_moved();
  round.manager().restart();
  (void)round.manager().nmcli("networking off");
  (void)round.manager().nmcli("networking on");
  REQUIRE(lab::eventually([&] { return round.manager().state_of("lo") == "connected (externally)"; }));
  CHECK(round.manager().state_of("ctysbr0") == "unmanaged");
  move.check_is_moved();
}

namespace {

void check_there_and_back(const std::string& profile) {
  NetworkManagerRound round{profile};
  ManagedMove move;
  move.go_in();
  CHECK(files_of_ours() == "/run/NetworkManager/conf.d/90-vdeup-ctysbr0.conf\n");
  move.go_out();
  CHECK(files_of_ours() == "");
  CHECK(round.manager().state_of("eth0") == "connected");
  round.wait_until_connected();
  CHECK(has(round.manager().nmcli("-t -f UUID,DEVICE connection show --active"),
            std::string{k_uuid} + ":eth0"));
  move.check_is_back();
}

} // namespace

TEST_CASE("NetworkManager: given back, the NIC is connected as it was and has all that it had",
          "[managers]") {
  check_there_and_back(k_static);
}

TEST_CASE("NetworkManager: so is one whose connection does not come up by itself", "[managers]") {
  check_there_and_back(k_by_hand + std::string{k_static});
}

TEST_CASE("NetworkManager: a lease is kept and not given back when it lets go, but nobody renews it",
          "[managers]") {
  NetworkManagerRound round{k_leased};
  const auto managers = managers_of("eth0");
  REQUIRE(managers.size() == 1);
  REQUIRE(managers.front().is_dynamic);
  REQUIRE_FALSE(managers::can_hand_over(managers.front()));
  ManagedMove move; // as with -f
  move.go_in();
  CHECK(move.mover.look("ctysbr0").addresses.size() == move.before.addresses.size());
  move.go_out();
  round.wait_until_connected();
  CHECK_FALSE(DhcpServer::has_release());
}

TEST_CASE("NetworkManager: the commands that a refusal prints make the bridge, with the NIC's lease and MAC",
          "[managers]") {
  NetworkManagerRound round{k_leased};
  const lab::Mover mover;
  const auto managers = managers_of("eth0");
  const NicSnapshot nic = mover.look("eth0");
  const auto bridge = managers::describe_bridge(nic, lab::name_of("ctysbr0"), managers);
  const nicmove::NicDependents use{.managers = managers, .bridge = bridge};
  const auto refused = nicmove::check_permission({.nic = link_called("eth0"), .reason = {}}, use, {}, false);
  REQUIRE_FALSE(refused);
  for (const std::string& command : managers::nmcli_commands(bridge)) {
    CHECK(has(refused.error().hints().text(), command));
    REQUIRE(command.starts_with("nmcli "));
    (void)round.manager().nmcli(command.substr(6));
  }
  REQUIRE(lab::eventually([] {
    return has(lab::run({"ip", "route"}).out, "default via 10.1.0.1 dev ctysbr0 proto dhcp");
  }));
  CHECK(link_called("ctysbr0").mac == nic.mac);
  CHECK(link_called("ctysbr0").bridge_stp == false);
  CHECK(link_called("eth0").master == link_called("ctysbr0").index);
}

namespace {

/// A TAP and a bridge as vdeup makes them, made while NetworkManager looks on.
void make_network() {
  for (const char* line :
       {"ip link add br1 type bridge", "ip link set br1 up", "ip address add 10.8.0.1/24 dev br1",
        "ip tuntap add tap0 mode tap", "ip link set tap0 master br1", "ip link set tap0 up"})
    must(line);
}

bool is_whole() {
  return has(lab::run({"ip", "-o", "address", "show", "dev", "br1"}).out, "10.8.0.1/24") &&
         link_called("br1").is_up && link_called("tap0").is_up;
}

void turn_off_and_on(NetworkManagerRound& round) {
  (void)round.manager().nmcli("networking off");
  (void)round.manager().nmcli("networking on");
  round.wait_until_connected();
}

/// A VM on tap0: without carrier NetworkManager leaves a TAP alone anyway.
vdeup::UniqueFd plug_in() {
  UniqueFd tap{::open("/dev/net/tun", O_RDWR | O_CLOEXEC)};
  ifreq request{};
  std::strcpy(request.ifr_name, "tap0");
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  REQUIRE(::ioctl(tap.get(), TUNSETIFF, &request) == 0);
  REQUIRE(lab::eventually([] { return link_called("tap0").has_carrier; }));
  return tap;
}

} // namespace

TEST_CASE("NetworkManager: `networking off` strips a bridge that is not marked", "[managers]") {
  NetworkManagerRound round{k_static};
  make_network();
  REQUIRE(lab::eventually([&] { return round.manager().state_of("br1") == "connected (externally)"; }));
  const UniqueFd vm = plug_in();
  REQUIRE(lab::eventually([&] { return round.manager().state_of("tap0") != "unknown"; }));
  turn_off_and_on(round);
  CHECK_FALSE(is_whole());
}

TEST_CASE("NetworkManager: `networking off` spares a bridge and a TAP that were marked before they were made",
          "[managers]") {
  NetworkManagerRound round{k_static};
  managers::HostManagers host_managers;
  const auto marks =
      managers::unmanage_steps(host_managers.running().value(), {lab::name_of("br1"), lab::name_of("tap0")})
          .value();
  REQUIRE(marks.size() == 1);
  tell(host_managers, marks);
  make_network();
  const UniqueFd vm = plug_in();
  REQUIRE(lab::eventually([&] { return round.manager().state_of("tap0") == "unmanaged"; }));
  turn_off_and_on(round);
  CHECK(is_whole());
  tell(host_managers, inverse(marks));
  CHECK(files_of_ours() == "");
}

TEST_CASE("NetworkManager: rolling back its checkpoint would pull a NIC that it let go of out of the bridge",
          "[managers]") {
  needs("busctl");
  NetworkManagerRound round{k_static};
  ManagedMove move;
  const std::string call = "busctl call org.freedesktop.NetworkManager /org/freedesktop/NetworkManager "
                           "org.freedesktop.NetworkManager ";
  must(call + "CheckpointCreate aouu 0 600 0");
  move.go_in();
  must(call + "CheckpointRollback o /org/freedesktop/NetworkManager/Checkpoint/1");
  // The NIC is out, and the bridge has address and route still: what is sent goes to a bridge without a port.
  REQUIRE(lab::eventually([&] { return !move.mover.look("eth0").master; }));
  CHECK(has(lab::run({"ip", "route", "get", "10.1.0.1"}).out, "dev ctysbr0"));
}

TEST_CASE("NetworkManager: vdeup create takes its static NIC without insisting, and cancel gives it back",
          "[managers]") {
  NetworkManagerRound round{k_static};
  const ManagedMove move;
  create_by_command("NetworkManager");
  CHECK(round.manager().state_of("eth0") == "unmanaged");
  move.check_is_moved();
  cancel_by_command();
  round.wait_until_connected();
}
