// A real guest of a user who may nothing: its address, its way out, and the way in.

#include "support/catch.hpp"
#include "support/far_host.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

using namespace vmlab;

namespace {

lab::SpawnOptions as_user() {
  return {.user = lab::can_be_others() ? std::optional<lab::User>{lab::k_alice} : std::nullopt};
}

bool says(const lab::Running& vm, const std::string& text) {
  return vm.output().find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a VM of a user without rights gets an address, reaches outside, and is reached", "[vm]") {
  require_emulator();
  lab::FarHost far;
  far.serve();
  const std::string before = lab::snapshot();
  // --uplink: the test may be root of a user namespace, whom the ladder would give more.
  lab::Running vm{
      Words{lab::bin_directory() + "/vdeup", "run", "--uplink", "slirp", "--forward", "tcp:8080:80", "--",
            k_emulator} +
          boots("guest.name=g guest.dhcp=1 guest.serve=80 guest.fetch=198.51.100.1:7 guest.then=wait"),
      as_user()};
  const bool is_ready = vm.wait_for("GUEST g: ready");
  INFO(vm.output());
  REQUIRE(is_ready);
  CHECK(says(vm, "GUEST g: address eth0 10.0.2.15/24"));
  CHECK(says(vm, "GUEST g: fetch 198.51.100.1:7 ok: hello from far"));
  CHECK(lab::run({"busybox", "timeout", "20", "busybox", "nc", "127.0.0.1", "8080"}).out == "hello from g\n");
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  REQUIRE(lab::eventually([] { return lab::run_vdeup({"cancel"}, as_user()).status == 0; }));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("two VMs of one user get an address each, and reach each other and the outside", "[vm]") {
  require_emulator();
  lab::FarHost far;
  far.serve();
  const std::string before = lab::snapshot();
  const auto launch = [](const std::string& orders) {
    return lab::Running{Words{lab::bin_directory() + "/vdeqemu"} + boots(orders),
                        {.user = as_user().user, .environment = {"VDEUP_UPLINK=slirp"}}};
  };
  auto one = launch("guest.name=one guest.dhcp=1 guest.serve=7 guest.then=wait");
  REQUIRE(one.wait_for("GUEST one: ready"));
  auto two =
      launch("guest.name=two guest.dhcp=1 guest.ping=10.0.2.15 guest.fetch=198.51.100.1:7 guest.then=wait");
  const bool is_ready = two.wait_for("GUEST two: ready");
  INFO(one.output() << two.output());
  REQUIRE(is_ready);
  CHECK(says(one, "GUEST one: address eth0 10.0.2.15/24"));
  CHECK(says(two, "GUEST two: address eth0 10.0.2.16/24"));
  CHECK(says(two, "GUEST two: ping 10.0.2.15 ok"));
  CHECK(says(two, "GUEST two: fetch 198.51.100.1:7 ok: hello from far"));
  for (lab::Running* vm : {&one, &two}) {
    vm->signal(SIGTERM);
    CHECK(vm->finish().status == 0);
  }
  REQUIRE(lab::eventually([] { return lab::run_vdeup({"cancel"}, as_user()).status == 0; }));
  CHECK(lab::changes_since(before) == "");
}
