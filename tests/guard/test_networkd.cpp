// A real systemd-networkd in the namespace of the test: is it recognised, does it leave alone what it is told
// to, and does it make the bridge of the configuration that we print?

#include "guard/guard_lab.hpp"
#include "guard/managers.hpp"
#include "kernel/links.hpp"
#include "plan/aftercare.hpp"
#include "plan/persist.hpp"

#include <catch2/catch.hpp>

#include <sys/mount.h>

#include <filesystem>
#include <optional>

using namespace guard_lab;
using namespace vdeup;

namespace {

constexpr const char* k_daemon = "/lib/systemd/systemd-networkd";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void mount_over(const char* type, const char* path, unsigned long flags) {
  if (std::filesystem::exists(path))
    REQUIRE(::mount(type, path, type, flags, nullptr) == 0);
}

/// networkd with files of our own only, in a namespace with a NIC. Where /sys is read-only it waits for no
/// udev.
class Networkd {
 public:
  Networkd() {
    if (!std::filesystem::exists(k_daemon))
      lab::skip("needs systemd-networkd");
    if (!lab::can_be_others())
      lab::skip("systemd-networkd needs root");
    mount_over("tmpfs", "/run", 0);
    mount_over("tmpfs", "/etc/systemd/network", 0);
    mount_over("sysfs", "/sys", MS_RDONLY);
    std::filesystem::create_directories("/run/systemd/netif");
    must("chown systemd-network: /run/systemd/netif");
    must("ip link add nic0 type veth peer name far0");
    must("ip link set far0 up");
  }

  /// With a bus it can be told to read its files again.
  void start_bus() {
    needs("dbus-daemon");
    needs("networkctl");
    std::filesystem::create_directories("/run/dbus");
    m_bus.emplace(std::vector<std::string>{"dbus-daemon", "--system", "--nofork", "--nopidfile"});
    REQUIRE(lab::eventually([] { return std::filesystem::exists("/run/dbus/system_bus_socket"); }));
  }
  void start() { m_daemon.emplace(std::vector<std::string>{k_daemon}); }
  void stop() { m_daemon.reset(); }

 private:
  std::optional<lab::Running> m_bus{};
  std::optional<lab::Running> m_daemon{};
};

/// Put files where they count until the next boot.
void put(const std::vector<plan::ConfigFile>& files) {
  for (const plan::ConfigFile& file : files)
    write_file("/run/systemd/network/" + std::filesystem::path{file.path}.filename().string(), file.text);
}

Link link_called(const std::string& name) {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  const auto link = kernel::find_link(netlink.value(), IfName::parse(name).value());
  REQUIRE(link);
  return link.value().value_or(Link{});
}

std::optional<NicManager> manager_of(const std::string& name) {
  const guard::Tree host;
  const auto found = guard::find_networkd(host, guard::ProcessTable::read(host), link_called(name));
  return found.empty() ? std::nullopt : std::optional{found.front()};
}

bool is_held(const std::string& name, NicManager::Hold hold) {
  const auto manager = manager_of(name);
  return manager && manager->hold == hold;
}

constexpr const char* k_static = "[Match]\nName=nic0\n\n[Network]\nAddress=192.0.2.1/24\nGateway=192.0.2.2\n";

std::string addresses_of(const char* name) {
  return lab::run({"ip", "-4", "-o", "address", "show", "dev", name}).out;
}

/// Move nic0 into br0 behind networkd's back.
void move_nic() {
  for (const std::string& line :
       {"ip link add br0 address " + link_called("nic0").mac->str() +
            " type bridge stp_state 0 forward_delay 0",
        std::string{"ip link set br0 up"}, std::string{"ip link set nic0 master br0"},
        std::string{"ip address add 192.0.2.1/24 dev br0"},
        std::string{"ip route replace default via 192.0.2.2 dev br0 proto static"},
        std::string{"ip address delete 192.0.2.1/24 dev nic0"}})
    must(line);
}

/// What networkd does then, it has done when it has seen the carrier come back and go.
void lose_carrier() {
  must("ip link set far0 down");
  REQUIRE(lab::eventually([] { return !link_called("nic0").has_carrier; }));
  must("ip link set far0 up");
  REQUIRE(lab::eventually([] { return link_called("nic0").has_carrier; }));
}

IfName name(const char* text) {
  return IfName::parse(text).value();
}

} // namespace

TEST_CASE("networkd: a running one is seen to manage what it has a file for, and a dead one is not",
          "[guard]") {
  Networkd networkd;
  write_file("/run/systemd/network/10-nic0.network",
             "[Match]\nName=nic0\n\n[Network]\nAddress=192.0.2.1/24\n");
  networkd.start();
  REQUIRE(lab::eventually([] { return is_held("nic0", NicManager::Hold::manages); }));
  CHECK(manager_of("nic0")->configuration == "/run/systemd/network/10-nic0.network");
  CHECK_FALSE(manager_of("nic0")->is_dynamic);
  REQUIRE(lab::eventually([] { return is_held("far0", NicManager::Hold::leaves); }));
  networkd.stop();
  CHECK_FALSE(manager_of("nic0"));
}

TEST_CASE("networkd: it takes all devices for itself, but not those that we mark", "[guard]") {
  Networkd networkd;
  write_file("/run/systemd/network/90-all.network", "[Match]\nName=*\n\n[Network]\nAddress=192.0.2.1/24\n");
  put(plan::networkd_unmanaged({name("tap0"), name("ctysbr0")}).value());
  networkd.start();
  for (const char* line :
       {"ip tuntap add tap0 mode tap", "ip tuntap add tap1 mode tap", "ip link add ctysbr0 type bridge"})
    must(line);
  CHECK(lab::eventually([] { return is_held("tap1", NicManager::Hold::manages); }));
  CHECK(lab::eventually([] { return is_held("tap0", NicManager::Hold::leaves); }));
  CHECK(lab::eventually([] { return is_held("ctysbr0", NicManager::Hold::leaves); }));
}

TEST_CASE("networkd: the configuration that we print makes the bridge, with address, MAC and port",
          "[guard]") {
  Networkd networkd;
  const MacAddress mac = link_called("nic0").mac.value();
  write_file("/run/systemd/network/10-nic0.network",
             "[Match]\nName=nic0\n\n[Network]\nAddress=192.0.2.1/24\n");
  put(plan::networkd_files({.bridge = name("ctysbr0"),
                            .nic = name("nic0"),
                            .mac = mac,
                            .mtu = 1400,
                            .router_advertisements = false,
                            .addresses = {"192.0.2.1/24", "2001:db8::1/64"},
                            .gateways = {IpAddress::parse("192.0.2.2").value()}})
          .value());
  networkd.start();
  REQUIRE(lab::eventually([] {
    return has(lab::run({"ip", "route"}).out, "default via 192.0.2.2 dev ctysbr0");
  }));
  REQUIRE(lab::eventually([] { return has(lab::run({"ip", "-6", "-o", "address"}).out, "2001:db8::1/64"); }));
  const Link bridge = link_called("ctysbr0");
  CHECK(bridge.mac == mac);
  CHECK(bridge.mtu == 1400);
  CHECK(bridge.bridge_stp == false);
  CHECK(link_called("nic0").master == bridge.index);
  CHECK(lab::run({"ip", "-4", "-o", "address", "show", "dev", "nic0"}).out.empty());
}

namespace {

/// A static configuration that networkd has carried out, and the aftercare for it.
std::vector<plan::Aftercare> start_static(Networkd& networkd) {
  networkd.start_bus();
  write_file("/run/systemd/network/10-nic0.network", k_static);
  networkd.start();
  REQUIRE(lab::eventually([] {
    return has(lab::run({"ip", "route"}).out, "default via 192.0.2.2 dev nic0");
  }));
  REQUIRE(lab::eventually([] { return is_held("nic0", NicManager::Hold::manages); }));
  auto care = plan::aftercare({*manager_of("nic0")}, name("nic0"), name("br0"));
  REQUIRE(care);
  REQUIRE(care.value().size() == 1);
  return care.value();
}

} // namespace

TEST_CASE("networkd: left to itself, it puts the address back on a moved NIC when the carrier comes back",
          "[guard]") {
  Networkd networkd;
  (void)start_static(networkd);
  move_nic();
  lose_carrier();
  CHECK(lab::eventually([] { return has(addresses_of("nic0"), "192.0.2.1/24"); }));
}

TEST_CASE("networkd: after the aftercare of a move, the bridge keeps what it has", "[guard]") {
  Networkd networkd;
  const auto care = start_static(networkd);
  move_nic();
  put(care.front().files);
  must(care.front().command);
  REQUIRE(lab::eventually([] { return is_held("nic0", NicManager::Hold::leaves); }));
  lose_carrier();
  CHECK_FALSE(lab::eventually([] { return !addresses_of("nic0").empty(); }, std::chrono::seconds{3}));
  CHECK(has(addresses_of("br0"), "192.0.2.1/24"));
  CHECK(has(lab::run({"ip", "route"}).out, "default via 192.0.2.2 dev br0"));
  CHECK(link_called("nic0").master == link_called("br0").index);
}

TEST_CASE("networkd: told to leave a NIC before the move, it takes the address away", "[guard]") {
  Networkd networkd;
  const auto care = start_static(networkd);
  put(care.front().files);
  must(care.front().command);
  CHECK(lab::eventually([] { return addresses_of("nic0").empty(); }));
}
