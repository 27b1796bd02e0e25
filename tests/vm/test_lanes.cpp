// A VM with a TAP of its own (--lane tap) is a neighbour of those at the switch, and leaves nothing behind.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"
#include "vm/network.hpp"

#include <signal.h>

#include <sstream>

using namespace vmlab;
using lab::has;

namespace {

const std::string k_orders = "guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1";

Words tap_lane(const Words& more = {}) {
  return Words{lab::bin_directory() + "/vdeup", "run", "--lane", "tap"} + more + Words{"--", k_emulator};
}

/// The one TAP of a VM on the bridge, as `ip -d link` shows it on one line; empty if there is none.
std::string tap_of_vm() {
  std::istringstream links{lab::run({"ip", "-d", "-o", "link", "show", "master", "ctysbr0"}).out};
  for (std::string line; std::getline(links, line);)
    if (line.find("alias vdeup vm=") != std::string::npos)
      return line;
  return {};
}

/// A bridge with an address and nothing else: this lane needs no switch.
class BridgeAlone {
 public:
  BridgeAlone() {
    require_emulator();
    m_before = lab::snapshot();
    REQUIRE(lab::run({"ip", "link", "add", "ctysbr0", "type", "bridge", "forward_delay", "0"}).status == 0);
    REQUIRE(lab::run({"ip", "address", "add", "192.0.2.1/24", "dev", "ctysbr0"}).status == 0);
    REQUIRE(lab::run({"ip", "link", "set", "ctysbr0", "up"}).status == 0);
    lab::settle();
  }

  /// Require that the VM has left the bridge as it was, and take that away, too.
  void remove() const {
    CHECK(lab::eventually([] { return tap_of_vm().empty(); }));
    lab::run({"ip", "link", "delete", "ctysbr0"});
    CHECK(lab::changes_since(m_before) == "");
  }

 private:
  std::string m_before;
};

} // namespace

TEST_CASE("a guest on a TAP of its own reaches the bridge, and its poweroff removes the TAP", "[vm]") {
  const BridgeAlone bridge;
  lab::Running vm{tap_lane() + Words{"-name", "web"} + boots(k_orders + ",192.0.2.7")};
  REQUIRE(vm.wait_for("GUEST one: up"));
  const std::string tap = tap_of_vm();
  INFO(tap);
  CHECK(has(tap, "alias vdeup vm=web mac=" + address_seen_by_guest(vm.output())));
  CHECK(has(tap, "vnet_hdr on"));
  CHECK(has(tap, "persist off"));
  CHECK(has(tap, "UP,LOWER_UP"));
  CHECK(lab::list_switches() == "");
  CHECK(vm.wait_for("GUEST one: ping 192.0.2.1 ok"));
  // The second address is the guest's leave to power off: until here its TAP had to be there.
  REQUIRE(lab::run({"ip", "address", "add", "192.0.2.7/24", "dev", "ctysbr0"}).status == 0);
  CHECK(vm.wait_for("GUEST one: ping 192.0.2.7 ok"));
  CHECK(vm.finish().status == 0);
  bridge.remove();
}

TEST_CASE("the TAP of a VM is gone however QEMU ends", "[vm]") {
  const BridgeAlone bridge;
  const auto [signal, status] = GENERATE(table<int, int>({{SIGTERM, 0}, {SIGKILL, 128 + SIGKILL}}));
  CAPTURE(signal);
  lab::Running vm{tap_lane() + stays_stopped()};
  REQUIRE(answers(vm));
  CHECK(has(tap_of_vm(), "vnet_hdr on"));
  vm.signal(signal);
  CHECK(vm.finish().status == status);
  bridge.remove();
}

TEST_CASE("a guest with two processors uses both queues of its TAP", "[vm]") {
  const BridgeAlone bridge;
  lab::Running vm{tap_lane({"--queues", "2"}) + boots(k_orders + " guest.then=wait") + Words{"-smp", "2"}};
  REQUIRE(vm.wait_for("GUEST one: ready"));
  INFO(vm.output() << tap_of_vm());
  CHECK(has(vm.output(), "GUEST one: ping 192.0.2.1 ok"));
  // A queue is enabled by the guest's driver; QEMU begins with one.
  CHECK(has(tap_of_vm(), "numqueues 2 numdisabled 0"));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  bridge.remove();
}

TEST_CASE("a guest that knows one queue works with a TAP of several", "[vm]") {
  const BridgeAlone bridge;
  lab::Running vm{tap_lane({"--queues", "2"}) + boots(k_orders + " guest.then=wait") + Words{"-smp", "1"}};
  REQUIRE(vm.wait_for("GUEST one: ready"));
  INFO(vm.output() << tap_of_vm());
  CHECK(has(vm.output(), "GUEST one: ping 192.0.2.1 ok"));
  CHECK(has(tap_of_vm(), "numqueues 1 numdisabled 1"));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  bridge.remove();
}

TEST_CASE("a guest on a TAP of its own talks to a guest at the switch of the same bridge", "[vm]") {
  const Network network;
  auto left = network.launch(boots("guest.name=left guest.ip=192.0.2.11/24 guest.serve=7 guest.then=wait"));
  lab::Running right{tap_lane() + boots("guest.name=right guest.ip=192.0.2.12/24 guest.ping=192.0.2.11 "
                                        "guest.fetch=192.0.2.11:7")};
  const bool is_answered = right.wait_for("GUEST right: fetch 192.0.2.11:7 ok: hello from left");
  INFO("left\n" << left.output() << "right\n" << right.output());
  CHECK(is_answered);
  CHECK(right.finish().status == 0);
  left.signal(SIGTERM);
  CHECK(left.finish().status == 0);
  network.remove();
}

TEST_CASE("a VM without the privilege for a TAP is told which lane takes none", "[vm]") {
  lab::needs_others();
  const Network network;
  auto vm = network.start(tap_lane() + stays_stopped());
  const auto ended = vm.finish();
  CHECK(ended.status == 125);
  CHECK(has(ended.err, "--lane vde"));
  network.remove();
}
