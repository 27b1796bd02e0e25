// `run --rm`: what was made for one launch goes with it, however the launch ends and whoever comes next; and
// nothing else goes.

#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <signal.h>

using namespace lab;

namespace {

const std::string k_dir = "/var/tmp/vde_switch0.root";

std::vector<std::string> launch(const std::vector<std::string>& options) {
  std::vector<std::string> line{"run", "--uplink", "bridge"};
  line.insert(line.end(), options.begin(), options.end());
  line.insert(line.end(), {"--", bin_directory() + "/fake_vm"});
  return line;
}

Running start_vm(const std::vector<std::string>& options) {
  auto line = launch(options);
  line.insert(line.begin(), bin_directory() + "/vdeup");
  Running vm{line};
  REQUIRE(vm.wait_for("sock="));
  return vm;
}

/// Launch with --rm, and kill the launcher; the VM ends with its input. A note and a network are left.
void leave_behind() {
  Running vm = start_vm({"--rm"});
  vm.signal(SIGKILL);
  (void)vm.finish();
  REQUIRE(eventually([] { return run({"pgrep", "fake_vm"}).status != 0; }));
}

} // namespace

TEST_CASE("run --rm: the network goes with the VM", "[kernel]") {
  const std::string before = snapshot();
  Running vm = start_vm({"--rm"});
  CHECK_FALSE(list_switches().empty());
  vm.signal(SIGTERM);
  INFO(vm.finish().err);
  settle();
  CHECK(changes_since(before) == "");
}

TEST_CASE("run --rm: a launch that fails takes down what it has made", "[kernel]") {
  const std::string before = snapshot();
  const auto done = run_vdeup({"run", "--uplink", "bridge", "--rm", "--", bin_directory() + "/fake_vm",
                               "-netdev", "vde,id=n0,port=999", "-device", "e1000,netdev=n0"});
  INFO(done.err);
  CHECK(done.status == 125);
  CHECK(done.err.find("there is no port 999") != std::string::npos);
  settle();
  CHECK(changes_since(before) == "");
}

TEST_CASE("run --rm: a caller who ignores the end of children hears how the VM ended", "[kernel]") {
  const std::string before = snapshot();
  const auto done =
      run({"timeout", "30", "bash", "-c", "trap '' CHLD; exec \"$0\" \"$@\"", bin_directory() + "/vdeup",
           "run", "--uplink", "bridge", "--rm", "--", bin_directory() + "/fake_vm", "exit=42"});
  INFO(done.err);
  CHECK(done.status == 42);
  settle();
  CHECK(changes_since(before) == "");
}

TEST_CASE("run --rm: a launch that fails forgets nothing of one that runs", "[kernel]") {
  const std::string before = snapshot();
  Running vm = start_vm({"--rm"});
  CHECK(run_vdeup(launch({"--rm", "-b", "lo"})).status == 125);
  vm.signal(SIGTERM);
  INFO(vm.finish().err);
  settle();
  CHECK(changes_since(before) == "");
}

TEST_CASE("run --rm: root clears what a user has left with no more rights than his", "[kernel]") {
  needs_others();
  // Where the owner may not remove the lock, root does not either.
  const std::string lock = "/var/tmp/closed/switch.lock";
  REQUIRE(run({"sh", "-c",
               "mkdir /var/tmp/closed && echo 'supervisor pid=1 start=1 made=switch' >" + lock +
                   " && chmod 600 " + lock + " && chown nobody " + lock})
              .status == 0);
  CHECK(run_vdeup({"info", "-u", "nobody", "-s", "/var/tmp/closed/switch"}).status == 2);
  CHECK(run({"stat", "--format=%s", lock}).out == "0\n"); // the note is dealt with
}

TEST_CASE("run --rm: what a killed launcher has left goes with the next call", "[kernel]") {
  const std::string before = snapshot();
  leave_behind();
  CHECK(run_vdeup({"info"}).status == 2);
  settle();
  CHECK(changes_since(before) == "");
}

TEST_CASE("cancel: --dry-run leaves what a killed launcher has left, and shows it", "[kernel]") {
  leave_behind();
  settle();
  const std::string before = snapshot();
  const auto shown = run_vdeup({"cancel", "--dry-run"});
  INFO(shown.err);
  CHECK(shown.out == "stop vde_switch " + k_dir + "\ndelete TAP tap0\n");
  CHECK(changes_since(before) == "");
}
