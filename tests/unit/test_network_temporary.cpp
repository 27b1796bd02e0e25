#include "network/temporary.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::network;

namespace {

TemporaryNetwork whole_network() {
  return TemporaryNetwork{.process = {4711, 815},
                          .made_switch = true,
                          .made_tap = true,
                          .made_bridge = IfName::parse("ctysbr0").value()};
}

} // namespace

TEST_CASE("temporary network: the note is read back as it was written", "[network]") {
  const TemporaryNetwork network = whole_network();
  CHECK(network.text() == "supervisor pid=4711 start=815 made=switch,tap,bridge:ctysbr0\n");
  const auto read = TemporaryNetwork::parse(network.text());
  REQUIRE(read);
  CHECK(read->process == network.process);
  CHECK(read->made_switch);
  CHECK(read->made_tap);
  CHECK(read->made_bridge == network.made_bridge);
  const auto nothing = TemporaryNetwork::parse(TemporaryNetwork{.process = {1, 2}}.text());
  REQUIRE(nothing);
  CHECK_FALSE(nothing->made_switch);
  CHECK_FALSE(nothing->made_bridge);
}

TEST_CASE("temporary network: a note that is anything else is no note", "[network]") {
  for (const char* note :
       {"", "supervisor", "supervisor pid=x start=1 made=", "supervisor pid=1 start=1 made=all",
        "supervisor pid=1 start=1 made=bridge:../x", "supervisor pid=1 start=1 made=bridge:",
        " supervisor pid=1 start=1 made=tap", "supervisor pid=1 start=-1 made=tap"}) {
    CAPTURE(note);
    CHECK_FALSE(TemporaryNetwork::parse(note));
  }
}

TEST_CASE("temporary network: what a plan makes is what goes with the launch", "[network]") {
  const Scope scope{{.uid = 1000, .gid = 1000, .name = "acue"},
                    {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                     SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}};
  const IfName tap = IfName::parse("tap0").value();
  const TemporaryNetwork network =
      TemporaryNetwork::made_by({{Step{SwitchStep{StartSwitch{scope, tap}}}, std::nullopt},
                                 {Step{LinkStep{SetUp{tap}}}, std::nullopt}});
  CHECK(network.made_switch);
  CHECK_FALSE(network.made_tap);
  CHECK_FALSE(network.made_bridge);
  CHECK(process::is_running(network.process));
  CHECK_FALSE(process::is_running({network.process.pid, network.process.start_time + 1}));
}
