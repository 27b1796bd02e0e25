#include "config/settings.hpp"
#include "kernel/check_report.hpp"
#include "model/interpret.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <filesystem>
#include <functional>

using namespace lab;
namespace fs = std::filesystem;

namespace {

void kill_switch() {
  REQUIRE(run({"kill", "-9", std::to_string(std::stol(list_switches()))}).status == 0);
  REQUIRE(eventually([] { return list_switches().empty(); }));
}

const std::string k_dir = "/var/tmp/vde_switch0.root";
const std::string k_mgmt = "/var/tmp/vde_mgmt0.root";

struct Damage {
  const char* name;
  std::function<void()> make;
  const char* fault; ///< what `check` has to say about it
};

constexpr const char* k_gone = "the process of the switch /var/tmp/vde_switch0.root is gone";

const std::vector<Damage> k_damages{
    {"switch killed", [] { kill_switch(); }, k_gone},
    {"switch killed, TAP deleted",
     [] {
       kill_switch();
       run({"ip", "link", "delete", "tap0"});
     },
     k_gone},
    {"switch ended, TAP left",
     [] {
       run({"kill", std::to_string(std::stol(list_switches()))});
       REQUIRE(eventually([] { return list_switches().empty(); }));
     },
     "a TAP is there, but no switch"},
    {"TAP deleted under the switch",
     [] {
       run({"ip", "link", "delete", "tap0"});
     },
     "tap0 was deleted under the running switch"},
    {"TAP taken out of the bridge",
     [] {
       run({"ip", "link", "set", "tap0", "nomaster"});
     },
     "tap0 is not a port of a bridge"},
    {"TAP set down",
     [] {
       run({"ip", "link", "set", "tap0", "down"});
     },
     "tap0 is down"},
    {"bridge set down",
     [] {
       run({"ip", "link", "set", "ctysbr0", "down"});
     },
     "bridge ctysbr0 is down"},
    {"bridge deleted",
     [] {
       run({"ip", "link", "delete", "ctysbr0"});
     },
     "tap0 is not a port of a bridge"},
    {"ctl removed", [] { fs::remove(k_dir + "/ctl"); }, "/ctl is gone"},
    {"killed, only the directory left",
     [] {
       kill_switch();
       fs::remove(k_mgmt);
       fs::remove(k_dir + "/ctl");
     },
     "its sockets are left"},
    {"killed, only the management socket left",
     [] {
       kill_switch();
       fs::remove_all(k_dir);
     },
     "its sockets are left"},
    {"killed, somebody's file in the directory",
     [] {
       kill_switch();
       run({"touch", k_dir + "/notes"});
     },
     k_gone},
};

/// Neither create nor cancel goes on by itself, and both name the process in the way.
void refuse_and_name(const std::string& pid) {
  for (const std::string command : {"create", "cancel"}) {
    const auto refused = run_vdeup({command});
    INFO(refused.err);
    CHECK(refused.status == 1);
    CHECK(refused.err.find("process " + pid) != std::string::npos);
  }
}

} // namespace

TEST_CASE("recovery: check names each damage, create repairs it, cancel clears all", "[kernel]") {
  const auto [name, damage, fault] = GENERATE(from_range(k_damages));
  CAPTURE(name);
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  damage();

  const CheckReport report = lab::check();
  INFO(report.done().out);
  CHECK(report.status() == 1);
  const auto* finding = report.find(fault);
  REQUIRE(finding != nullptr);
  CHECK(finding->is_fault);

  const auto create = run_vdeup({"create"});
  INFO(create.out << create.err);
  CHECK(create.status == 0);
  const auto sound = run_vdeup({"check"});
  INFO(sound.out << sound.err);
  CHECK(sound.status == 0);
  fs::remove(k_dir + "/notes");
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("recovery: cancel alone clears each damaged network", "[kernel]") {
  const Damage damage = GENERATE(from_range(k_damages));
  CAPTURE(damage.name);
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  damage.make();
  fs::remove(k_dir + "/notes");
  const auto cancel = run_vdeup({"cancel", "--bridge"});
  INFO(cancel.out << cancel.err);
  CHECK(cancel.status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("recovery: a switch that does not answer is named, and replaced with -f", "[kernel]") {
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  const std::string pid = std::to_string(std::stol(list_switches()));
  REQUIRE(run({"kill", "-STOP", pid}).status == 0);
  settle();
  const std::string stopped = snapshot();
  refuse_and_name(pid);
  CHECK(run_vdeup({"check"}).status == 1);
  CHECK(changes_since(stopped) == "");
  const auto forced = run_vdeup({"create", "-f"});
  INFO(forced.out << forced.err);
  REQUIRE(forced.status == 0);
  CHECK(std::to_string(std::stol(list_switches())) != pid);
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("recovery: a bridge that we made and could not mark is ours by its address", "[kernel]") {
  const std::string before = snapshot();
  const auto mac = vdeup::bridge_address(vdeup::IfName::parse("ctysbr0").value(), vdeup::config::host_seed());
  REQUIRE(run({"ip", "link", "add", "ctysbr0", "address", mac.str(), "type", "bridge"}).status == 0);
  REQUIRE(run_vdeup({"create"}).status == 0);
  CHECK(run({"ip", "link", "show", "ctysbr0"}).out.find("alias vdeup bridge") != std::string::npos);
  REQUIRE(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");

  REQUIRE(run({"ip", "link", "add", "ctysbr0", "address", mac.str(), "type", "bridge"}).status == 0);
  REQUIRE(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("recovery: a switch that lost its sockets is found by its TAP, and ended with -f", "[kernel]") {
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  fs::remove_all(k_dir);
  fs::remove(k_mgmt);
  const std::string pid = std::to_string(std::stol(list_switches()));
  refuse_and_name(pid);
  CHECK(std::to_string(std::stol(list_switches())) == pid);
  CHECK(run_vdeup({"check"}).status == 1);
  SECTION("create makes a new one") {
    CHECK(run_vdeup({"create", "-f"}).status == 0);
  }
  SECTION("cancel clears it") {}
  const auto cancel = run_vdeup({"cancel", "--bridge", "-f"});
  INFO(cancel.err);
  CHECK(cancel.status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("recovery: a TAP that took the name of the switch's own is not mistaken for it", "[kernel]") {
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  run({"ip", "link", "delete", "tap0"});
  run({"ip", "tuntap", "add", "tap0", "mode", "tap", "user", "root"});
  run({"ip", "link", "set", "tap0", "master", "ctysbr0", "up"});
  const auto create = run_vdeup({"create"});
  INFO(create.out << create.err);
  CHECK(create.status == 0);
  const auto check = run_vdeup({"check"});
  INFO(check.out);
  CHECK(check.status == 0);
  run({"ip", "link", "delete", "tap0"}); // still there: it is not ours
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}
