// What lines of many kinds make of a real guest's NICs: each line is taken as it is and boots a guest that
// talks through every NIC.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

#include <cstdlib>
#include <fstream>

using namespace vmlab;

namespace {

bool says(const lab::Running& vm, const std::string& text) {
  return vm.output().find(text) != std::string::npos;
}

/// Boot the guest with these words in front, and require that it reaches each of these addresses.
void expect_to_reach(const Network& network, const Words& line, const std::string& addresses,
                     const std::string& ips) {
  auto vm = network.launch(line + boots("guest.name=one " + ips + " guest.ping=" + addresses));
  const auto ended = vm.finish();
  INFO(ended.out << ended.err);
  CHECK(ended.status == 0);
  CHECK(ended.out.find("GUEST one: bye") != std::string::npos);
  CHECK(ended.out.find(" failed") == std::string::npos);
}

/// A second network of the same user, on a bridge of its own.
class SecondNetwork {
 public:
  explicit SecondNetwork(const Network& first) : m_user(first.user()) {
    lab::settle();
    m_before = lab::snapshot();
    REQUIRE(lab::run({"ip", "link", "add", "second", "type", "bridge", "forward_delay", "0"}).status == 0);
    REQUIRE(lab::run({"ip", "address", "add", "198.51.100.1/24", "dev", "second"}).status == 0);
    REQUIRE(lab::run({"ip", "link", "set", "second", "up"}).status == 0);
    const auto created = lab::run_vdeup({"create", "-b", "second", "-u", m_user, "-s", socket()});
    INFO(created.err);
    REQUIRE(created.status == 0);
  }

  [[nodiscard]] static std::string socket() { return "/var/tmp/vde_switch1.second"; }

  void remove() const {
    const auto cancelled = lab::run_vdeup({"cancel", "-u", m_user, "-s", socket()});
    INFO(cancelled.err);
    REQUIRE(cancelled.status == 0);
    lab::run({"ip", "link", "delete", "second"});
    CHECK(lab::changes_since(m_before) == "");
  }

 private:
  std::string m_user;
  std::string m_before;
};

const std::string k_both_ips = "guest.ip=192.0.2.2/24 guest.ip1=198.51.100.2/24";
const std::string k_both_bridges = "192.0.2.1,198.51.100.1";

} // namespace

TEST_CASE("a guest with NICs on two switches reaches the bridge of each", "[vm]") {
  const Network network;
  const SecondNetwork second(network);
  expect_to_reach(network, {"-nic", "vde,model=virtio", "-nic", "vde,model=virtio,sock=" + second.socket()},
                  k_both_bridges, k_both_ips);
  REQUIRE(network.becomes_empty());
  second.remove();
  network.remove();
}

TEST_CASE("pairs of NIC and switch that are joined by vlan= stay apart", "[vm]") {
  const Network network;
  const SecondNetwork second(network);
  // Each backend is written far from its NIC, so that a pairing by order would cross them.
  expect_to_reach(network,
                  {"-net", "vde,vlan=1,sock=" + second.socket(), "-net", "nic,model=virtio,vlan=0", "-net",
                   "nic,model=virtio,vlan=1", "-net", "vde,vlan=0,sock=" + network.socket()},
                  k_both_bridges, k_both_ips);
  REQUIRE(network.becomes_empty());
  second.remove();
  network.remove();
}

TEST_CASE("a NIC at the switch works beside one of QEMU's user network", "[vm]") {
  const Network network;
  expect_to_reach(network,
                  {"-nic", "vde,model=virtio", "-netdev", "user,id=u", "-device", "virtio-net-pci,netdev=u"},
                  "192.0.2.1,10.0.2.2", "guest.ip=192.0.2.2/24 guest.ip1=10.0.2.15/24");
  network.remove();
}

TEST_CASE("a hub of one NIC, the switch and QEMU's user network is one", "[vm]") {
  const Network network;
  auto vm =
      network.launch(Words{"-net", "nic,model=virtio", "-net", "vde", "-net", "user"} +
                     boots("guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1 guest.then=wait"));
  REQUIRE(vm.wait_for("GUEST one: ready"));
  CHECK(says(vm, "GUEST one: ping 192.0.2.1 ok"));
  CHECK(network.clients().size() == 1);
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("a line of 2010 boots, with its address, model and clock", "[vm]") {
  const Network network;
  const std::string image = "/var/tmp/home/disk.raw";
  std::ofstream{image} << std::string(1U << 16U, '\0');
  (void)lab::run({"chmod", "0666", image});
  const std::string mac = "52:54:00:20:10:01";
  auto vm = network.launch(
      Words{"-net", "nic,macaddr=" + mac + ",model=virtio", "-net", "vde,sock=" + network.socket(),
            "-localtime", "-no-kqemu", "-name", "tst100"} +
      boots("guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1 guest.then=wait") + Words{image});
  const bool is_ready = vm.wait_for("GUEST one: ready");
  INFO(vm.output());
  REQUIRE(is_ready);
  CHECK(says(vm, "GUEST one: ping 192.0.2.1 ok"));
  CHECK(address_seen_by_guest(vm.output()) == mac);
  const auto clients = network.clients();
  REQUIRE(clients.size() == 1);
  CHECK(clients[0].mac == mac);
  vm.signal(SIGTERM);
  const auto ended = vm.finish();
  CHECK(ended.status == 0);
  CHECK(ended.err.find("-localtime") != std::string::npos);
  network.remove();
}

TEST_CASE("an address that a running VM has is refused to another one, which is told who has it", "[vm]") {
  const Network network;
  const std::string mac = "52:54:00:ab:cd:ef";
  auto first = network.launch(Words{"-name", "first", "-nic", "vde,mac=" + mac} + stays_stopped());
  REQUIRE(answers(first));
  const auto refused =
      network.launch(Words{"-name", "other", "-nic", "vde,mac=" + mac} + stays_stopped()).finish();
  CHECK(refused.status == 125);
  CHECK(refused.err.find("VM first (process " + std::to_string(first.pid()) + ") has the address " + mac) !=
        std::string::npos);
  CHECK(network.clients().size() == 1);
  first.signal(SIGTERM);
  CHECK(first.finish().status == 0);
  network.remove();
}
