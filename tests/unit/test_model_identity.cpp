#include "model/interpret.hpp"
#include "model/vm_identity.hpp"
#include "support/catch.hpp"

using namespace vdeup;

TEST_CASE("vm_address: is the same in every version, or every guest gets another lease", "[model]") {
  CHECK(vm_address("host", 1000, "web", 0, 0).str() == "52:54:00:7a:17:8a");
}

TEST_CASE("vm_address: tells hosts, owners, VMs, NICs and attempts apart", "[model]") {
  const auto base = vm_address("host", 1000, "web", 0, 0);
  CHECK(base != vm_address("other", 1000, "web", 0, 0));
  CHECK(base != vm_address("host", 1001, "web", 0, 0));
  CHECK(base != vm_address("host", 1000, "db", 0, 0));
  CHECK(base != vm_address("host", 1000, "web", 1, 0));
  CHECK(base != vm_address("host", 1000, "web", 0, 1));
  CHECK_FALSE(base.is_multicast());
}

TEST_CASE("bridge_address: is locally administered and never a VM's", "[model]") {
  const auto mac = bridge_address(IfName::parse("ctysbr0").value(), "host");
  CHECK((mac.bytes()[0] & 2U) != 0);
  CHECK_FALSE(mac.is_multicast());
  CHECK(mac.str().substr(0, 8) == "52:54:01");
}

TEST_CASE("PortLabel: keeps hostile names inside their field", "[model]") {
  const auto mac = MacAddress::parse("52:54:00:00:00:01").value();
  CHECK(PortLabel{"web 1\n -- endpoint", mac}.text() == "web_1__--_endpoint mac=52:54:00:00:00:01");
  CHECK(PortLabel{std::string(200, 'x'), mac}.text().size() < 70);
}

TEST_CASE("read_client_text: trusts what libvdeplug appends more than what the client says", "[model]") {
  const auto read = read_client_text("web mac=52:54:00:00:00:01 user=acue pid=1234");
  CHECK(read.name == "web");
  CHECK(read.mac->str() == "52:54:00:00:00:01");
  CHECK(read.user == "acue");
  CHECK(read.pid == 1234);
  const auto forged = read_client_text("x user=root pid=1 user=acue pid=99");
  CHECK(forged.user == "acue");
  CHECK(forged.pid == 99);
  CHECK_FALSE(read_client_text("QEMU").pid);
}
