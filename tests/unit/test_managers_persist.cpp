#include "managers/ifupdown.hpp"
#include "managers/netplan.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"
#include "managers/unmanaged_files.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::managers;

namespace {

BridgeConfiguration configuration() {
  return {.bridge = IfName::parse("ctysbr0").value(),
          .nic = IfName::parse("eth0").value(),
          .mac = MacAddress::parse("52:54:00:12:34:56").value(),
          .mtu = 1500,
          .router_advertisements = false,
          .addresses = {"192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64"},
          .gateways = {IpAddress::parse("192.0.2.2").value(), IpAddress::parse("2001:db8::2").value()},
          .name_servers = {IpAddress::parse("192.0.2.53").value()}};
}

BridgeConfiguration leased() {
  BridgeConfiguration bridge = configuration();
  bridge.dhcp4 = true;
  bridge.router_advertisements = true;
  bridge.addresses.clear();
  bridge.gateways.clear();
  bridge.name_servers.clear();
  return bridge;
}

std::string text(const Result<std::vector<ConfigFile>>& files) {
  REQUIRE(files);
  std::string all;
  for (const ConfigFile& file : files.value())
    all += "# " + file.path + "\n" + file.text;
  return all;
}

} // namespace

TEST_CASE("persist: ifupdown gets one stanza for each address, and the bridge in the first", "[plan]") {
  CHECK(text(ifupdown_files(configuration())) == R"(# /etc/network/interfaces.d/ctysbr0
# Needs the package bridge-utils, and no other stanza of eth0.
iface eth0 inet manual
    mtu 1500

auto ctysbr0
iface ctysbr0 inet static
    bridge_ports eth0
    bridge_stp off
    bridge_fd 0
    bridge_hw 52:54:00:12:34:56
    mtu 1500
    address 192.0.2.1/24
    gateway 192.0.2.2
    dns-nameservers 192.0.2.53

iface ctysbr0 inet static
    address 192.0.2.9/24

iface ctysbr0 inet6 static
    address 2001:db8::1/64
    gateway 2001:db8::2
)");
  CHECK(text(ifupdown_files(leased())).find("iface ctysbr0 inet dhcp\n    bridge_ports eth0") !=
        std::string::npos);
}

TEST_CASE("persist: netplan gets one file with NIC and bridge", "[plan]") {
  CHECK(text(netplan_files(configuration())) == R"(# /etc/netplan/99-ctysbr0.yaml
network:
  version: 2
  ethernets:
    "eth0":
      mtu: 1500
      dhcp4: false
      dhcp6: false
      accept-ra: false
      link-local: []
  bridges:
    "ctysbr0":
      interfaces: ["eth0"]
      macaddress: "52:54:00:12:34:56"
      mtu: 1500
      parameters: {stp: false, forward-delay: 0}
      dhcp4: false
      accept-ra: false
      addresses: ["192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64"]
      routes:
        - {to: "0.0.0.0/0", via: "192.0.2.2"}
        - {to: "::/0", via: "2001:db8::2"}
      nameservers: {addresses: ["192.0.2.53"]}
)");
}

TEST_CASE("persist: NetworkManager gets a connection for the bridge and one for its port", "[plan]") {
  CHECK(text(network_manager_files(configuration())) ==
        R"(# /etc/NetworkManager/system-connections/ctysbr0.nmconnection
[connection]
id=ctysbr0
type=bridge
interface-name=ctysbr0
autoconnect-slaves=1

[ethernet]
mtu=1500

[bridge]
mac-address=52:54:00:12:34:56
stp=false
forward-delay=0

[ipv4]
method=manual
address1=192.0.2.1/24
address2=192.0.2.9/24
gateway=192.0.2.2
dns=192.0.2.53;

[ipv6]
method=manual
address1=2001:db8::1/64
gateway=2001:db8::2
# /etc/NetworkManager/system-connections/ctysbr0-eth0.nmconnection
[connection]
id=ctysbr0-eth0
type=ethernet
interface-name=eth0
master=ctysbr0
slave-type=bridge
autoconnect-priority=100

[ethernet]
mtu=1500

[bridge-port]
)");
  CHECK(text(network_manager_files(leased())).find("[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n") !=
        std::string::npos);
}

TEST_CASE("persist: networkd's own files keep a lease, and come before the NIC's former file", "[plan]") {
  const std::string files = text(networkd_files(leased()));
  CHECK(files.find("DHCP=ipv4\nIPv6AcceptRA=yes\n") != std::string::npos);
  CHECK(files.find("# /etc/systemd/network/05-eth0.network\n") != std::string::npos);
}

TEST_CASE("persist: a name that is syntax in such a file is refused by all", "[plan]") {
  const IfName odd = IfName::parse(GENERATE("eth*", "a\"b", "a#b", "a]b", "a;b", "a,b")).value();
  BridgeConfiguration bridge = configuration();
  bridge.nic = odd;
  for (auto* const write : {networkd_files, netplan_files, ifupdown_files, network_manager_files})
    CHECK(write(bridge).error().kind() == ErrorKind::refused);
  CHECK_FALSE(unmanaged_files(NicManager::Kind::networkd, {odd}));
  CHECK_FALSE(unmanaged_files(NicManager::Kind::network_manager, {odd}));
}

TEST_CASE("persist: what is marked unmanaged is named exactly, and nothing asks for no file", "[plan]") {
  const IfName tap = IfName::parse("tap0").value();
  CHECK(text(unmanaged_files(NicManager::Kind::network_manager, {tap, IfName::parse("ctysbr0").value()})) ==
        "# /run/NetworkManager/conf.d/90-vdeup-tap0.conf\n[device-vdeup-tap0]\n"
        "match-device=interface-name:=tap0\nmanaged=0\n"
        "# /run/NetworkManager/conf.d/90-vdeup-ctysbr0.conf\n[device-vdeup-ctysbr0]\n"
        "match-device=interface-name:=ctysbr0\nmanaged=0\n");
  CHECK(unmanaged_files(NicManager::Kind::network_manager, {}).value().empty());
  CHECK(unmanaged_files(NicManager::Kind::networkd, {}).value().empty());
}
