// The manual page, ARGUMENTS: what each command promises. cancel has test_cancel.cpp, list and listall have
// test_list.cpp.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <regex>

using namespace lab;
using namespace page;

namespace {

/// Without the seconds that a switch has run.
std::string without_uptime(const std::string& text) {
  return std::regex_replace(text, std::regex{"running for [0-9]+ s"}, "running");
}

std::string inode_of(const std::string& path) {
  return run({"stat", "--format=%i", path}).out;
}

} // namespace

TEST_CASE("create: makes switch, TAP and bridge with one call, and says so", "[page]") {
  needs_root();
  for (const std::string& name : k_names) {
    const std::string before = snapshot();
    const auto made = run_called(name, {"create"});
    require_good(made);
    CHECK(made.out == "bridge ctysbr0                    created\ntap    tap0                       created\n"
                      "switch " +
                          k_dir + "  created\n");
    CHECK(made.err.find("bridge ctysbr0: this host has no suitable bridge") != std::string::npos);
    CHECK(ports_of("ctysbr0") == "tap0");
    CHECK(link("tap0").find("LOWER_UP") != std::string::npos);
    CHECK(exists(k_dir + "/ctl"));
    CHECK(exists(k_mgmt));
    require_good(run_called(name, {"cancel", "--bridge"}));
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("create: a functional switch is reused, with status 0 and no change", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  settle();
  for (const std::string& name : k_names) {
    const std::string before = snapshot();
    const auto again = run_called(name, {"CREATE"});
    require_good(again);
    CHECK(again.out == "bridge ctysbr0                    reused\ntap    tap0                       reused\n"
                       "switch " +
                           k_dir + "  reused\n");
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("create: after the switch died it has the same sockets, a new TAP and a new process", "[page]") {
  needs_root();
  const std::string before = snapshot();
  const std::string name = GENERATE("vdeup", "ctys-setupVDE");
  require_good(run_called(name, {"create"}));
  const std::string dir_inode = inode_of(k_dir);
  const std::string pid = switch_pid();
  kill_switch();
  REQUIRE(eventually([] { return link("tap0").find("NO-CARRIER") != std::string::npos; }));
  settle();
  const std::string old_tap = link("tap0");

  const auto again = run_called(name, {"create"});
  require_good(again);
  INFO(again.out);
  CHECK(again.out.find("tap    tap1                       created\n") != std::string::npos);
  CHECK(again.out.find("switch " + k_dir + "  created\n") != std::string::npos);
  CHECK(switch_pid() != pid);
  CHECK(exists(k_dir + "/ctl"));
  CHECK(exists(k_mgmt));
  CHECK(link("tap0") == old_tap); // "present tap-devices are not reused, and just kept untouched"
  CHECK(link("tap1").find("LOWER_UP") != std::string::npos);
  CHECK(ports_of("ctysbr0") == "tap0 tap1");
  require_good(run_called(name, {"check"}));
  require_good(run_called(name, {"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("create: -f -u USER asks nothing, and can be repeated", "[page]") {
  own_accounts();
  for (int call = 0; call < 3; ++call)
    require_good(run_called("ctys-setupVDE", {"-f", "-u", "acue", "create"}));
  CHECK(ports_of("ctysbr0") == "tap0");
}

TEST_CASE("info: describes the switch, and is what no command means", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  for (const std::string& name : k_names) {
    const std::string info = without_uptime(run_called(name, {"INFO"}).out);
    CHECK(info == without_uptime(run_called(name, {}).out));
    CHECK(info.find(k_dir + "\n") != std::string::npos);
    CHECK(info.find(k_mgmt + "\n") != std::string::npos);
    CHECK(info.find(" " + switch_pid() + ", of uid 0, running\n") != std::string::npos);
    CHECK(info.find(" tap0, up, carrier") != std::string::npos);
    CHECK(info.find(" ctysbr0, up, ") != std::string::npos);
  }
}

TEST_CASE("ports: shows the TAP and each VM, with its process, user and address", "[page]") {
  needs_root();
  const Running vm = start_vm("web", {"-nic", "vde,mac=52:54:00:00:00:01"});
  const std::string pid = std::to_string(vm.pid());
  for (const std::string& name : k_names) {
    // The frames of the VM are counted, and its address is learnt.
    CHECK(eventually([&] {
      const std::string out = run_called(name, {"ports", "-X"}).out;
      return std::regex_search(out, std::regex{"\n2\\|web\\|" + pid +
                                               "\\|root\\|0\\|[1-9][0-9]*\\|[1-9][0-9]*\\|"
                                               "[0-9]+\\|[0-9]+\\|52:54:00:00:00:01\n"});
    }));
    const std::string table = run_called(name, {"Ports"}).out;
    INFO(table);
    CHECK(std::regex_search(
        table, std::regex{"\n +1  tap0 .*\n +2  web +" + pid + "  root .* 52:54:00:00:00:01\n"}));
  }
}

TEST_CASE("check: sound is 0, unsound is 1, and nothing there is 2", "[page]") {
  needs_root();
  for (const std::string& name : k_names) {
    CHECK(run_called(name, {"check"}).status == 2);
    require_good(run_called(name, {"create"}));
    CHECK(run_called(name, {"CHECK"}).status == 0);
    require_good(run({"ip", "link", "set", "tap0", "down"}));
    const auto unsound = run_called(name, {"check"});
    CHECK(unsound.status == 1);
    CHECK(unsound.out.find("tap0") != std::string::npos);
    require_good(run_called(name, {"cancel"}));
  }
}
