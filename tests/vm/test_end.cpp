// However a VM ends, its port is free again, and the switch goes on for the next one.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

using namespace vmlab;

namespace {

const std::string k_orders = "guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1";

void expect_place_for_the_next(const Network& network) {
  CHECK(network.becomes_empty());
  CHECK(network.check() == 0);
  auto next = network.launch(boots(k_orders));
  CHECK(next.wait_for("GUEST one: ping 192.0.2.1 ok"));
  CHECK(next.finish().status == 0);
  network.remove();
}

void expect_free_port_after(int signal, int status) {
  const Network network;
  const std::string sockets = lab::list_var_tmp();
  auto vm = network.launch(boots(k_orders + " guest.then=wait"));
  REQUIRE(vm.wait_for("GUEST one: ready"));
  CHECK(network.clients().size() == 1);
  vm.signal(signal);
  CHECK(vm.finish().status == status);
  CHECK(network.becomes_empty());
  CHECK(lab::list_var_tmp() == sockets);
  expect_place_for_the_next(network);
}

} // namespace

TEST_CASE("the port of a VM that powers off is free again", "[vm]") {
  const Network network;
  auto vm = network.launch(boots(k_orders));
  REQUIRE(lab::eventually(
      [&network] { return network.clients().size() == 1; })); // before the guest can be through
  const auto ended = vm.finish();
  CHECK(ended.status == 0);
  CHECK(ended.out.find("GUEST one: bye") != std::string::npos);
  expect_place_for_the_next(network);
}

TEST_CASE("the port of a VM that got SIGTERM is free again", "[vm]") {
  expect_free_port_after(SIGTERM, 0);
}

TEST_CASE("the port of a VM that got SIGKILL is free again", "[vm]") {
  expect_free_port_after(SIGKILL, 128 + SIGKILL);
}

// vde_switch loses the owner of a new port when it notices other connections' ends at the wrong moment, and
// then never frees the port. A launch must not bring that moment about with connections of its own.
TEST_CASE("a switch that is slow to answer frees the ports of VMs that come and go", "[vm]") {
  const Network network;
  const SlowSwitch slow;
  for (int i = 0; i < 6; ++i) {
    auto vm = network.launch(stays_stopped());
    REQUIRE(answers(vm));
    REQUIRE(network.clients().size() == 1);
    vm.signal(SIGKILL);
    (void)vm.finish();
    REQUIRE(network.becomes_empty());
  }
  network.remove();
}
