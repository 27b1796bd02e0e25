#include "model/interpret.hpp"
#include "plan/request.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::plan;

namespace {

Link link(std::uint32_t index, std::string name, std::string kind, std::uint32_t master = 0) {
  Link made{.index = index, .name = std::move(name), .kind = std::move(kind)};
  made.master = master;
  made.mac = MacAddress::parse("02:00:00:00:00:01").value();
  made.mtu = 1500;
  made.is_up = true;
  return made;
}

std::string chosen(const std::vector<Link>& links) {
  return choose_bridge(std::nullopt, links, "host").value().bridge.name.str();
}

} // namespace

TEST_CASE("choose_bridge: one with a NIC wins over one before it in the alphabet", "[plan]") {
  CHECK(chosen({link(1, "br0", "bridge"), link(2, "br1", "bridge"), link(3, "eth0", "", 2)}) == "br1");
}

TEST_CASE("choose_bridge: TAPs and veths are no way out", "[plan]") {
  CHECK(chosen({link(1, "br0", "bridge"), link(2, "br1", "bridge"), link(3, "tap9", "tun", 2),
                link(4, "veth1", "veth", 2)}) == "br0");
}

TEST_CASE("choose_bridge: another engine's bridge is not taken unless it leads out", "[plan]") {
  const auto* name =
      GENERATE("docker0", "br-0123456789ab", "virbr0", "lxdbr0", "incusbr0", "cni0", "podman0");
  CAPTURE(name);
  CHECK(chosen({link(1, name, "bridge")}) == "ctysbr0");
  CHECK(chosen({link(1, name, "bridge"), link(2, "eth0", "", 1)}) == name);
  CHECK(chosen({link(1, name, "bridge"), link(2, "zbr", "bridge")}) == "zbr");
}

TEST_CASE("choose_bridge: a name that looks like docker's and is not one is taken", "[plan]") {
  CHECK(chosen({link(1, "br-lan", "bridge")}) == "br-lan");
}

TEST_CASE("choose_bridge: what is no bridge is refused", "[plan]") {
  const auto choice = choose_bridge(IfName::parse("eth0").value(), {link(1, "eth0", "")}, "host");
  REQUIRE_FALSE(choice);
  CHECK(choice.error().kind() == ErrorKind::refused);
}

TEST_CASE("to_bridge: our address without a mark means half made", "[plan]") {
  Link made = link(1, "ctysbr0", "bridge");
  made.mac = bridge_address(IfName::parse("ctysbr0").value(), "host");
  CHECK(to_bridge(made, {}, "host").value().is_half_made);
  made.alias = "vdeup bridge";
  CHECK_FALSE(to_bridge(made, {}, "host").value().is_half_made);
  CHECK(to_bridge(made, {}, "host").value().is_ours);
  made.alias = "somebody's";
  CHECK_FALSE(to_bridge(made, {}, "host").value().is_half_made);
}

TEST_CASE("free_tap_name: fills the first hole", "[plan]") {
  CHECK(free_tap_name({}).value().str() == "tap0");
  CHECK(free_tap_name({link(1, "tap0", "tun"), link(2, "tap2", "tun")}).value().str() == "tap1");
}
