#include "cli/keeper.hpp"

#include <catch2/catch.hpp>

using namespace vdeup;
using namespace vdeup::cli;

namespace {

Keeper whole_keeper() {
  return Keeper{.process = {4711, 815},
                .made_switch = true,
                .made_tap = true,
                .made_bridge = IfName::parse("ctysbr0").value()};
}

} // namespace

TEST_CASE("keeper: the note is read back as it was written", "[cli]") {
  const Keeper keeper = whole_keeper();
  CHECK(keeper.text() == "keeper pid=4711 start=815 made=switch,tap,bridge:ctysbr0\n");
  const auto read = Keeper::parse(keeper.text());
  REQUIRE(read);
  CHECK(read->process == keeper.process);
  CHECK(read->made_switch);
  CHECK(read->made_tap);
  CHECK(read->made_bridge == keeper.made_bridge);
  const auto nothing = Keeper::parse(Keeper{.process = {1, 2}}.text());
  REQUIRE(nothing);
  CHECK_FALSE(nothing->made_switch);
  CHECK_FALSE(nothing->made_bridge);
}

TEST_CASE("keeper: a note that is anything else is no note", "[cli]") {
  for (const char* note : {"", "keeper", "keeper pid=x start=1 made=", "keeper pid=1 start=1 made=all",
                           "keeper pid=1 start=1 made=bridge:../x", "keeper pid=1 start=1 made=bridge:",
                           " keeper pid=1 start=1 made=tap", "keeper pid=1 start=-1 made=tap"}) {
    CAPTURE(note);
    CHECK_FALSE(Keeper::parse(note));
  }
}

TEST_CASE("keeper: what a plan makes is what goes with the launch", "[cli]") {
  const Scope scope{{.uid = 1000, .gid = 1000, .name = "acue"},
                    {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                     SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}};
  const IfName tap = IfName::parse("tap0").value();
  const Keeper keeper = keeper_of({{Step{SwitchStep{StartSwitch{scope, tap}}}, std::nullopt},
                                   {Step{LinkStep{SetUp{tap}}}, std::nullopt}});
  CHECK(keeper.made_switch);
  CHECK_FALSE(keeper.made_tap);
  CHECK_FALSE(keeper.made_bridge);
  CHECK(process::is_running(keeper.process));
  CHECK_FALSE(process::is_running({keeper.process.pid, keeper.process.start_time + 1}));
}
