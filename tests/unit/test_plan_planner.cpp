#include "plan/desire.hpp"
#include "plan/functional.hpp"
#include "plan/planner.hpp"
#include "plan/removal.hpp"
#include "plan/verify.hpp"
#include "support/catch.hpp"

#include <functional>

using namespace vdeup;
using namespace vdeup::plan;

namespace {

const Request k_request{.scope = {.owner = {1000, 1000, "acue"},
                                  .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                              SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}}};
const IfName k_br0 = IfName::parse("br0").value();
const IfName k_tap0 = IfName::parse("tap0").value();
const TapMark k_mark{1000, k_request.scope.sockets.dir};

/// A network in which everything is right.
Network sound() {
  Network network;
  network.bridge =
      Bridge{.name = k_br0, .mac = MacAddress::parse("52:54:01:00:00:01").value(), .is_ours = true};
  network.tap = Tap{.name = k_tap0, .index = 7, .owner = 1000, .bridge = k_br0, .mark = k_mark};
  network.vde_switch = Switch{.life = Switch::Life::alive,
                              .pid = 42,
                              .uid = 1000,
                              .accepts_clients = true,
                              .tap = k_tap0,
                              .port_limit = 128};
  return network;
}

std::string text(const Plan& plan) {
  std::string lines;
  for (const PlannedStep& planned : plan)
    lines += describe(planned.step) + (planned.undo ? " | " + describe(*planned.undo) : "") + "\n";
  return lines;
}

Result<Plan> planned(const Network& observed, bool force = false, const std::vector<Link>& links = {}) {
  Request request = k_request;
  request.force = force;
  const BridgeChoice choice{*sound().bridge, observed.bridge.has_value(), {}};
  auto desired = desire(request, choice, observed, links);
  REQUIRE(desired);
  return make_plan(request, desired.value(), observed);
}

void attach_client(Network& network) {
  network.vde_switch.ports.push_back(
      {.number = 2, .endpoints = {{Endpoint::Kind::client, "web user=acue pid=9"}}});
}

const std::string k_start = "start vde_switch /var/tmp/vde_switch0.acue as acue on tap0 | stop vde_switch "
                            "/var/tmp/vde_switch0.acue\n";

} // namespace

TEST_CASE("plan: a network as desired needs nothing", "[plan]") {
  CHECK(text(planned(sound()).value()).empty());
}

TEST_CASE("plan: from nothing, each step with its inverse", "[plan]") {
  CHECK(
      text(planned({}).value()) ==
      "create bridge br0, address 52:54:01:00:00:01, mtu 1500, STP off, forward delay 0 | delete bridge br0\n"
      "set br0 up\n"
      "create TAP tap0, owner acue, mtu 1500 | delete TAP tap0\n"
      "make tap0 a port of br0 | take tap0 out of its bridge\n"
      "set tap0 up | set tap0 down\n" +
          k_start);
}

TEST_CASE("plan: an existing bridge has no undo and gives its MTU", "[plan]") {
  Network observed;
  observed.bridge = sound().bridge;
  CHECK(text(planned(observed).value()) == "create TAP tap0, owner acue, mtu 1500 | delete TAP tap0\n"
                                           "make tap0 a port of br0 | take tap0 out of its bridge\n"
                                           "set tap0 up | set tap0 down\n" +
                                               k_start);
}

TEST_CASE("plan: each way to be broken has its own repair", "[plan]") {
  using Break = std::function<void(Network&)>;
  const auto& [damage, expected] = GENERATE(table<Break, std::string>({
      {[](Network& n) {
         n.vde_switch = {};
         n.tap->has_carrier = false;
       },
       k_start},
      {[](Network& n) {
         n.vde_switch = {.life = Switch::Life::dead};
         n.tap->has_carrier = false;
       },
       "remove the sockets left in /var/tmp/vde_switch0.acue\n" + k_start},
      {[](Network& n) { n.vde_switch.accepts_clients = false; },
       "stop vde_switch /var/tmp/vde_switch0.acue\n" + k_start},
      {[](Network& n) { n.tap.reset(); }, "stop vde_switch /var/tmp/vde_switch0.acue\n"
                                          "create TAP tap0, owner acue, mtu 1500 | delete TAP tap0\n"
                                          "make tap0 a port of br0 | take tap0 out of its bridge\n"
                                          "set tap0 up | set tap0 down\n" +
                                              k_start},
      {[](Network& n) { n.tap->bridge.reset(); }, "make tap0 a port of br0 | take tap0 out of its bridge\n"},
      {[](Network& n) { n.tap->is_up = false; }, "set tap0 up | set tap0 down\n"},
      {[](Network& n) { n.bridge->is_up = false; }, "set br0 up | set br0 down\n"},
      {[](Network& n) {
         n.bridge->is_ours = false;
         n.bridge->is_half_made = true;
       },
       "mark bridge br0 as made by vdeup\n"},
  }));
  Network observed = sound();
  damage(observed);
  const auto plan = planned(observed);
  REQUIRE(plan);
  CHECK(text(plan.value()) == expected);
}

TEST_CASE("plan: a broken switch with VMs is not replaced without force, and they are named", "[plan]") {
  Network observed = sound();
  observed.tap.reset();
  attach_client(observed);
  const auto refused = planned(observed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::refused);
  CHECK(refused.error().cause().find("web user=acue pid=9") != std::string::npos);
  CHECK(planned(observed, true));
}

TEST_CASE("plan: a mute switch is only killed with force", "[plan]") {
  Network observed = sound();
  observed.vde_switch = {.life = Switch::Life::mute, .pid = 42};
  CHECK(planned(observed).error().kind() == ErrorKind::refused);
  CHECK(text(planned(observed, true).value()) == "stop vde_switch /var/tmp/vde_switch0.acue\n" + k_start);
}

TEST_CASE("plan: a TAP that a stranger holds open is not touched", "[plan]") {
  Network observed = sound();
  observed.vde_switch = {};
  CHECK(planned(observed).error().kind() == ErrorKind::refused);
}

TEST_CASE("plan: a TAP that works on another bridge is moved only with force", "[plan]") {
  Network observed = sound();
  observed.tap->bridge = IfName::parse("br1").value();
  CHECK(planned(observed).error().kind() == ErrorKind::refused);
  CHECK(text(planned(observed, true).value()) == "make tap0 a port of br0 | make tap0 a port of br1\n");
}

TEST_CASE("plan: a switch whose TAP was replaced by another of the same name is restarted", "[plan]") {
  Network observed = sound();
  observed.tap->has_carrier = false; // up, and nobody holds it
  CHECK_FALSE(is_functional(observed));
  CHECK(text(planned(observed).value()) == "stop vde_switch /var/tmp/vde_switch0.acue\n" + k_start);
}

TEST_CASE("plan: a bridge that its maker set down is not set up unasked", "[plan]") {
  Network observed = sound();
  observed.bridge->is_up = false;
  observed.bridge->is_ours = false;
  CHECK(planned(observed).error().kind() == ErrorKind::refused);
  CHECK(text(planned(observed, true).value()) == "set br0 up | set br0 down\n");
}

TEST_CASE("plan: a TAP that we did not make is never changed", "[plan]") {
  Network observed = sound();
  observed.tap->mark.reset();
  SECTION("not enslaved") {
    observed.tap->bridge.reset();
  }
  SECTION("not set up") {
    observed.tap->is_up = false;
  }
  CHECK(planned(observed).error().kind() == ErrorKind::refused);
  CHECK(planned(observed, true).error().kind() == ErrorKind::refused);
}

TEST_CASE("removal: the switch goes before its TAP, the bridge only on demand", "[plan]") {
  Network observed = sound();
  observed.bridge->ports = {"tap0"};
  CHECK(text(make_removal_plan(k_request.scope, {}, observed, {*observed.tap}).value()) ==
        "stop vde_switch /var/tmp/vde_switch0.acue\ndelete TAP tap0\n");
  CHECK(text(make_removal_plan(k_request.scope, {.bridge = true}, observed, {*observed.tap}).value()) ==
        "stop vde_switch /var/tmp/vde_switch0.acue\ndelete TAP tap0\ndelete bridge br0\n");
}

TEST_CASE("removal: a bridge that is not ours, or in use, stays", "[plan]") {
  Network observed = sound();
  observed.bridge->is_ours = false;
  CHECK(text(make_removal_plan(k_request.scope, {.bridge = true}, observed, {}).value()) ==
        "stop vde_switch /var/tmp/vde_switch0.acue\n");
  observed.bridge->is_ours = true;
  observed.bridge->ports = {"tap0", "tap5"};
  CHECK(make_removal_plan(k_request.scope, {.bridge = true}, observed, {*observed.tap}).error().kind() ==
        ErrorKind::refused);
}

TEST_CASE("removal: attached VMs are named and not cut off without force", "[plan]") {
  Network observed = sound();
  attach_client(observed);
  const auto refused = make_removal_plan(k_request.scope, {}, observed, {*observed.tap});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().cause().find("web") != std::string::npos);
  CHECK(make_removal_plan(k_request.scope, {.force = true}, observed, {*observed.tap}));
}

TEST_CASE("verify: sees each difference", "[plan]") {
  using Break = std::function<void(Network&)>;
  CHECK(verify(sound(), sound()));
  const Break damage = GENERATE(
      Break{[](Network& n) { n.bridge.reset(); }}, Break{[](Network& n) { n.bridge->is_up = false; }},
      Break{[](Network& n) { n.tap.reset(); }}, Break{[](Network& n) { n.tap->bridge.reset(); }},
      Break{[](Network& n) { n.tap->has_carrier = false; }}, Break{[](Network& n) { n.tap->is_up = false; }},
      Break{[](Network& n) { n.vde_switch.life = Switch::Life::dead; }},
      Break{[](Network& n) { n.vde_switch.tap.reset(); }},
      Break{[](Network& n) { n.vde_switch.accepts_clients = false; }});
  Network observed = sound();
  damage(observed);
  CHECK_FALSE(verify(sound(), observed));
  CHECK_FALSE(is_functional(observed));
}
