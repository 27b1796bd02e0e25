// A real systemd-networkd in the namespace of the test: is it recognised, does it leave alone what it is told
// to, and does it make the bridge of the configuration that we print?

#include "dependents/guard_lab.hpp"
#include "dependents/manager_lab.hpp"
#include "managers/networkd.hpp"
#include "managers/unmanaged_files.hpp"
#include "support/catch.hpp"

#include <filesystem>

using namespace guard_lab;
using namespace manager_lab;
using namespace vdeup;

namespace {

/// Put files where they count until the next boot.
void put(const std::vector<managers::ConfigFile>& files) {
  for (const managers::ConfigFile& file : files)
    write_file("/run/systemd/network/" + std::filesystem::path{file.path}.filename().string(), file.text);
}

void make_nic() {
  must("ip link add nic0 type veth peer name far0");
  must("ip link set far0 up");
}

IfName name(const char* text) {
  return IfName::parse(text).value();
}

} // namespace

TEST_CASE("networkd: a running one is seen to manage what it has a file for, and a dead one is not",
          "[guard]") {
  Networkd networkd;
  make_nic();
  write_file("/run/systemd/network/10-nic0.network",
             "[Match]\nName=nic0\n\n[Network]\nAddress=192.0.2.1/24\n");
  networkd.start();
  REQUIRE(lab::eventually([] { return is_held("nic0", NicManager::Hold::manages); }));
  CHECK(managers_of("nic0").front().configuration == "/run/systemd/network/10-nic0.network");
  CHECK_FALSE(managers_of("nic0").front().is_dynamic);
  REQUIRE(lab::eventually([] { return is_held("far0", NicManager::Hold::leaves); }));
  networkd.stop();
  CHECK(managers_of("nic0").empty());
}

TEST_CASE("networkd: it takes all devices for itself, but not those that we mark", "[guard]") {
  Networkd networkd;
  make_nic();
  write_file("/run/systemd/network/90-all.network", "[Match]\nName=*\n\n[Network]\nAddress=192.0.2.1/24\n");
  put(managers::unmanaged_files(NicManager::Kind::networkd, {name("tap0"), name("ctysbr0")}).value());
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
  make_nic();
  const MacAddress mac = link_called("nic0").mac.value();
  write_file("/run/systemd/network/10-nic0.network",
             "[Match]\nName=nic0\n\n[Network]\nAddress=192.0.2.1/24\n");
  put(managers::networkd_files({.bridge = name("ctysbr0"),
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
