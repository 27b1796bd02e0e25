// A real guest in a private network: its address, its names, and its way out by both families.

#include "support/catch.hpp"
#include "support/far_host.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

using namespace vmlab;

namespace {

bool says(const lab::Running& vm, const std::string& text) {
  return vm.output().find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a VM in a private network gets an address and a name, and reaches outside by both families",
          "[vm]") {
  require_emulator();
  if (!lab::can_be_others())
    lab::skip("not root, so the host of the test cannot become a router");
  lab::FarHost far;
  far.serve();
  const std::string before = lab::snapshot();
  lab::Running vm{
      Words{lab::bin_directory() + "/vdeup", "run", "--uplink", "nat", "--", k_emulator} +
      boots("guest.name=one guest.dhcp=1 guest.ping=198.51.100.1,2001:db8:100::1 guest.fetch=198.51.100.1:7 "
            "guest.then=wait")};
  const bool is_ready = vm.wait_for("GUEST one: ready");
  INFO(vm.output());
  REQUIRE(is_ready);
  const std::string said = "GUEST one: address eth0 ";
  REQUIRE(says(vm, said));
  const std::size_t at = vm.output().find(said) + said.size();
  const std::string address = vm.output().substr(at, vm.output().find('/', at) - at);
  CHECK(says(vm, "GUEST one: ping 198.51.100.1 ok"));
  CHECK(says(vm, "GUEST one: ping 2001:db8:100::1 ok"));
  CHECK(says(vm, "GUEST one: fetch 198.51.100.1:7 ok: hello from far"));
  const std::string gateway = address.substr(0, address.rfind('.')) + ".1";
  CHECK(lab::run({"busybox", "nslookup", "-type=a", "one.vdeup.internal", gateway}).out.find(address) !=
        std::string::npos);
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  REQUIRE(lab::eventually([] { return lab::run_vdeup({"cancel"}).status == 0; }));
  CHECK(lab::changes_since(before) == "");
}
