#include "nicmove/move_plan.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace {

using namespace vdeup;

IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}
IfName name(const char* text) {
  return IfName::parse(text).value();
}

Route route(const char* destination, std::uint8_t length, std::optional<IpAddress> gateway) {
  return {.table = 254,
          .destination = {ip(destination), length},
          .type = 1,
          .next_hops = {NextHop{.gateway = std::move(gateway)}}};
}

/// Two addresses of each family, in the kernel's order, a default route listed before what leads to it.
NicSnapshot usual_nic() {
  NicSnapshot nic{.name = name("eth0"),
                  .index = 2,
                  .mac = MacAddress::parse("02:00:00:00:00:02").value(),
                  .is_up = true,
                  .taken_at = 1000};
  for (const auto& [text, length] : {std::pair{"10.0.0.2", 24}, std::pair{"10.0.0.3", 24},
                                     std::pair{"2001:db8::3", 64}, std::pair{"2001:db8::2", 64}})
    nic.addresses.push_back({.local = {ip(text), static_cast<std::uint8_t>(length)}});
  nic.routes.push_back(route("0.0.0.0", 0, ip("10.0.0.1")));
  for (Route prefix : {route("10.0.0.0", 24, std::nullopt), route("2001:db8::", 64, std::nullopt)}) {
    prefix.protocol = 2; // the kernel made them with the addresses
    prefix.metric = prefix.is_ip6() ? 256 : 0;
    nic.routes.push_back(std::move(prefix));
  }
  nic.settings = {{Setting::Group::ip4, "rp_filter", "1"}, {Setting::Group::ip6, "addr_gen_mode", "0"}};
  return nic;
}

std::vector<std::string> texts_of(const Plan& plan) {
  std::vector<std::string> texts;
  for (const PlannedStep& planned : plan)
    texts.push_back(describe(planned.step));
  return texts;
}

/// Where the step that begins so stands.
std::size_t position(const std::vector<std::string>& texts, const std::string& beginning) {
  const auto found = std::find_if(texts.begin(), texts.end(),
                                  [&](const std::string& text) { return text.starts_with(beginning); });
  INFO(beginning);
  REQUIRE(found != texts.end());
  return static_cast<std::size_t>(found - texts.begin());
}

void check_order(const std::vector<std::string>& texts, const std::vector<std::string>& beginnings) {
  for (std::size_t i = 1; i < beginnings.size(); ++i) {
    CAPTURE(beginnings[i - 1], beginnings[i]);
    CHECK(position(texts, beginnings[i - 1]) < position(texts, beginnings[i]));
  }
}

NicSnapshot as_bridge(NicSnapshot nic) {
  nic.name = name("ctysbr0");
  nic.kind = "bridge";
  nic.ports = {name("eth0")};
  return nic;
}

NicSnapshot as_port(NicSnapshot nic) {
  nic.master = name("ctysbr0");
  nic.addresses.clear();
  nic.routes.clear();
  return nic;
}

} // namespace

TEST_CASE("nic move: each step stands where nothing is lost", "[plan]") {
  const auto plan = nicmove::plan_move_in(usual_nic(), name("ctysbr0"));
  REQUIRE(plan);
  check_order(texts_of(plan.value()),
              {"create bridge ctysbr0, address 02:00:00:00:00:02, mtu 1500, STP off",
               "set ctysbr0 to take what comes",
               "set ctysbr0 up",
               "add address 10.0.0.2/24",
               "add address 10.0.0.3/24",
               "add address 2001:db8::2/64",
               "add address 2001:db8::3/64",
               "let packets that come in at eth0 arrive at ctysbr0",
               "make eth0 a port of ctysbr0",
               "add route 10.0.0.0/24",
               "add route 0.0.0.0/0",
               "remove route 0.0.0.0/0",
               "remove route 10.0.0.0/24",
               "let packets that come in at eth0 go their usual",
               "set eth0 to make no addresses",
               "remove address 2001:db8::3/64",
               "remove address 2001:db8::2/64",
               "remove address 10.0.0.3/24",
               "remove address 10.0.0.2/24",
               "set ctysbr0 as eth0 was",
               "announce 10.0.0.2, 10.0.0.3, 2001:db8::3, 2001:db8::2 at 02:00:00:00:00:02 on ctysbr0"});
}

TEST_CASE("nic move: on the way back all goes out through the NIC before it leaves", "[plan]") {
  const auto plan = nicmove::plan_move_out(as_bridge(usual_nic()), as_port(usual_nic()));
  REQUIRE(plan);
  check_order(texts_of(plan.value()),
              {"set ctysbr0 to take what comes", "add address 10.0.0.2/24 scope global to eth0",
               "let packets that come in at eth0 arrive at ctysbr0", "add route 10.0.0.0/24",
               "add route 0.0.0.0/0", "remove route 0.0.0.0/0", "take eth0 out of its bridge",
               "let packets that come in at eth0 go their usual", "remove address 10.0.0.3/24 from ctysbr0",
               "remove address 10.0.0.2/24 from ctysbr0", "set eth0 as ctysbr0 was", "announce",
               "set ctysbr0 down", "delete bridge ctysbr0"});
}

TEST_CASE("nic move: whatever touches the NIC has an undo", "[plan]") {
  for (const auto& planned : {nicmove::plan_move_in(usual_nic(), name("ctysbr0")),
                              nicmove::plan_move_out(as_bridge(usual_nic()), as_port(usual_nic()))}) {
    REQUIRE(planned);
    for (const PlannedStep& step : planned.value()) {
      INFO(describe(step.step));
      const bool is_announcement = name_of(step.step).kind == "announce";
      CHECK((step.undo || name_of(step.step).object != "eth0" || is_announcement));
    }
  }
}

TEST_CASE("nic move: a route that others wait behind is replaced, and so is one it shares", "[plan]") {
  NicSnapshot nic = usual_nic();
  nic.routes[0].next_hops.push_back({.interface = 9});
  nic.routes[1].place = Route::Place::first;
  const auto plan = nicmove::plan_move_in(nic, name("ctysbr0"));
  REQUIRE(plan);
  check_order(texts_of(plan.value()),
              {"make eth0 a port", "replace route 10.0.0.0/24", "replace route 0.0.0.0/0"});
}

TEST_CASE("nic move: the ports of a bond that are up are kept up", "[plan]") {
  NicSnapshot bond = usual_nic();
  bond.kind = "bond";
  bond.ports = {name("eth1"), name("eth2")};
  const NicMove move = nicmove::move_in_of(bond, name("ctysbr0"));
  CHECK(move.keep_up == std::vector{name("eth0"), name("eth1"), name("eth2")});
  const auto plan = nicmove::plan_move_in(bond, name("ctysbr0"));
  REQUIRE(plan);
  const auto joins = std::count_if(plan.value().begin(), plan.value().end(), [&](const PlannedStep& planned) {
    const auto* step = std::get_if<NicStep>(&std::get<LinkStep>(planned.step));
    const auto* join = step == nullptr ? nullptr : std::get_if<JoinBridge>(step);
    return join != nullptr && join->keep_up == move.keep_up;
  });
  CHECK(joins == 1);
}

TEST_CASE("nic move: what cannot be moved without loss is refused", "[plan]") {
  NicSnapshot nic = usual_nic();
  SECTION("a port") {
    nic.master = name("br7");
  }
  SECTION("a bridge") {
    nic.kind = "bridge";
  }
  SECTION("next hop objects") {
    nic.routes[0].next_hop = 5;
  }
  const auto plan = nicmove::plan_move_in(nic, name("ctysbr0"));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind() == ErrorKind::refused);
}

TEST_CASE("nic move: an address that is being checked can be moved a moment later", "[plan]") {
  NicSnapshot nic = usual_nic();
  nic.addresses[3].flags = k_unready_address & ~k_duplicate_address;
  const auto plan = nicmove::plan_move_in(nic, name("ctysbr0"));
  REQUIRE_FALSE(plan);
  CHECK(is_retryable(plan.error().kind()));
}

TEST_CASE("nic move: an address that is somebody else's stays where it is", "[plan]") {
  NicSnapshot nic = usual_nic();
  nic.addresses[3].flags = k_unready_address;
  const auto plan = nicmove::plan_move_in(nic, name("ctysbr0"));
  REQUIRE(plan);
  for (const std::string& text : texts_of(plan.value()))
    CHECK(text.find("2001:db8::2") == std::string::npos);
}

TEST_CASE("nic move: a bridge with another port is not given back", "[plan]") {
  NicSnapshot bridge = as_bridge(usual_nic());
  bridge.ports.push_back(name("tap0"));
  const auto plan = nicmove::plan_move_out(bridge, as_port(usual_nic()));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().kind() == ErrorKind::refused);
  CHECK(plan.error().cause().find("tap0") != std::string::npos);
}

TEST_CASE("nic move: what is restored later has lived on", "[plan]") {
  NicSnapshot nic = usual_nic();
  nic.addresses[1].valid = 100;
  nic.addresses[1].preferred = 20;
  nic.addresses[0].valid = 30;
  const auto steps = nicmove::plan_rollback(nicmove::move_in_of(nic, name("ctysbr0")),
                                            {.bridge_exists = true, .now = nic.taken_at + 40});
  std::vector<std::string> texts;
  for (const LinkStep& step : steps)
    texts.push_back(describe(Step{step}));
  CHECK(std::none_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.starts_with("add address 10.0.0.2/24"); }));
  CHECK(texts[position(texts, "add address 10.0.0.3/24")].find("valid 60 s preferred 0 s") !=
        std::string::npos);
}

TEST_CASE("nic move: without the bridge, only the NIC is restored", "[plan]") {
  const auto steps = nicmove::plan_rollback(nicmove::move_in_of(usual_nic(), name("ctysbr0")),
                                            {.bridge_exists = false, .now = 1000});
  for (const LinkStep& step : steps) {
    const std::string text = describe(Step{step});
    INFO(text);
    const bool needs_it = text.starts_with("set ctysbr0") ||
                          text.starts_with("let packets that come in at eth0 arrive") ||
                          text.starts_with("mark");
    CHECK_FALSE(needs_it);
  }
}
