// How `run` chooses an uplink on a real host, and says so.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <signal.h>

#include <algorithm>
#include <fstream>

using namespace lab;

namespace {

std::string fake_vm() {
  return bin_directory() + "/fake_vm";
}

Finished run_vm(const std::vector<std::string>& options, const SpawnOptions& spawn = {}) {
  std::vector<std::string> words{"run"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", fake_vm(), "-name", "web", "exit=0"});
  return run_vdeup(words, spawn);
}

void must(const std::string& script) {
  const auto done = run({"sh", "-c", "set -e; " + script});
  INFO(script << ": " << done.err);
  REQUIRE(done.status == 0);
}

/// A bridge with a port that is neither a TAP nor a cable within this host.
void make_bridge_to_the_outside() {
  must("ip link add lan0 type ifb; ip link add br0 type bridge; ip link set lan0 master br0; ip link set br0 "
       "up");
}

const SpawnOptions k_as_alice{.user = k_alice};

} // namespace

TEST_CASE("ladder: a user without rights gets slirp, and one line says why", "[uplink]") {
  needs_others();
  make_bridge_to_the_outside();
  const std::string before = snapshot();
  const auto first = run_vm({}, k_as_alice);
  INFO(first.err);
  CHECK(first.status == 0);
  CHECK(has(first.err,
            "uplink: slirp (no right to make a TAP or a private network: it takes CAP_NET_ADMIN)\n"));
  CHECK(has(run_vdeup({"info", "-X"}, k_as_alice).out, "uplink|slirp\n"));
  const auto second = run_vm({}, k_as_alice);
  CHECK(second.status == 0);
  CHECK(second.err == ""); // a functional switch is taken as it is
  REQUIRE(run_vdeup({"cancel"}, k_as_alice).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("ladder: who may make TAPs gets the bridge that is there", "[uplink]") {
  make_bridge_to_the_outside();
  const auto done = run_vm({});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK(has(done.err, "uplink: bridge br0 (it is there)\n"));
  CHECK(has(run_vdeup({"info", "-X"}).out, "bridge|br0\n"));
  CHECK(list_uplinks().empty());
}

TEST_CASE("ladder: a TAP that an administrator made serves its owner, also when its switch has gone",
          "[uplink]") {
  needs_others();
  REQUIRE(run_vdeup({"create", "-u", k_alice.name}).status == 0);
  CHECK(run_vm({}, k_as_alice).err == "");
  ::kill(std::stoi(list_switches()), SIGKILL);
  REQUIRE(eventually([] { return list_switches().empty(); }));
  const auto done = run_vm({}, k_as_alice);
  CHECK(done.status == 0);
  CHECK(has(done.err, "uplink: bridge ctysbr0 (tap0 waits there)\n"));
  CHECK(list_uplinks().empty());
}

TEST_CASE("ladder: an option beats the environment, that beats a file, and that beats the ladder",
          "[uplink]") {
  must("mkdir -p /var/tmp/home/xdg/vdeup");
  std::ofstream{"/var/tmp/home/xdg/vdeup/vdeup.conf"} << "uplink = none\n";
  const auto uplink_of = [](const std::vector<std::string>& options, std::vector<std::string> environment) {
    environment.emplace_back("XDG_CONFIG_HOME=/var/tmp/home/xdg");
    const auto done = run_vm(options, {.environment = environment});
    INFO(done.err);
    CHECK(done.status == 0);
    const auto info = run_vdeup({"info", "-X"});
    REQUIRE(run_vdeup({"cancel"}).status == 0);
    return info.out.substr(info.out.rfind("uplink|"));
  };
  CHECK(uplink_of({}, {}) == "uplink|none\n");
  CHECK(uplink_of({}, {"VDEUP_UPLINK=slirp"}) == "uplink|slirp\n");
  CHECK(uplink_of({"--uplink", "bridge"}, {"VDEUP_UPLINK=slirp"}) == "uplink|bridge\n");
  CHECK(uplink_of({"--forward", "tcp:8080:80"}, {}) == "uplink|slirp\n");
  CHECK(uplink_of({"-b", "ctysbr0"}, {}) == "uplink|bridge\n");
}

TEST_CASE("ladder: a setting that is no uplink is an error of run", "[uplink]") {
  const auto failed = run_vm({}, {.environment = {"VDEUP_UPLINK=slrip"}});
  CHECK(failed.status == 125);
  CHECK(has(failed.err, "did you mean 'slirp'?"));
  CHECK(run_vdeup({"create"}, {.environment = {"VDEUP_UPLINK=slrip"}}).status == 0); // which does not ask
}

TEST_CASE("ladder: create makes a bridge as its page says, unless it is told otherwise", "[uplink]") {
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  CHECK(has(run_vdeup({"info", "-X"}).out, "bridge|ctysbr0\n"));
  REQUIRE(run_vdeup({"cancel", "--bridge"}).status == 0);
  REQUIRE(run_called("ctys-setupVDE", {"--uplink", "slirp", "create"}).status == 0);
  CHECK(has(run_vdeup({"info", "-X"}).out, "uplink|slirp\n"));
  REQUIRE(run_vdeup({"cancel"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("ladder: forwards are refused where VMs are on a bridge", "[uplink]") {
  REQUIRE(run_vdeup({"create"}).status == 0);
  const auto refused = run_vm({"--forward", "tcp:8080:80"});
  CHECK(refused.status == 125);
  CHECK(has(refused.err, "the switch is on a bridge, where VMs have addresses of their own"));
}

TEST_CASE("ladder: a launch on a network that is there forks nothing", "[uplink]") {
  if (run({"strace", "-V"}).status != 0)
    skip("there is no strace");
  const std::string uplink = GENERATE("slirp", "bridge", "nat", "none");
  CAPTURE(uplink);
  if (uplink == "nat")
    needs_others();
  REQUIRE(run_vdeup({"create", "--uplink", uplink}).status == 0);
  const std::string trace = "/var/tmp/home/trace";
  // The leak checker of the sanitizers cannot work under a tracer.
  const auto done = run({"strace", "-f", "-qq", "-o", trace, "-e", "trace=process",
                         bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name", "web", "exit=0"},
                        {.environment = {"ASAN_OPTIONS=detect_leaks=0"}});
  INFO(done.err);
  REQUIRE(done.status == 0);
  std::ifstream file{trace};
  int execs = 0;
  for (std::string line; std::getline(file, line);) {
    INFO(line);
    execs += has(line, "execve(") ? 1 : 0;
    CHECK(!has(line, "fork("));
    CHECK(!has(line, "clone"));
  }
  CHECK(execs == 2); // vdeup, and the VM in its place
  REQUIRE(eventually([] { return run_vdeup({"cancel", "--bridge"}).status == 0; }));
}

TEST_CASE("ladder: many launches at once end in one switch and one slirp, all attached", "[uplink]") {
  needs_others();
  const std::string before = snapshot();
  constexpr std::size_t count = 20;
  std::vector<Running> vms;
  for (std::size_t i = 0; i < count; ++i)
    vms.emplace_back(std::vector<std::string>{bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name",
                                              "vm" + std::to_string(i)},
                     k_as_alice);
  for (Running& vm : vms) {
    const bool is_up = vm.wait_for("mgmt=");
    if (!is_up)
      INFO(vm.finish().err);
    REQUIRE(is_up);
  }
  const std::string uplinks = list_uplinks();
  CHECK(std::count(uplinks.begin(), uplinks.end(), '\n') == 1);
  CHECK(has(run_vdeup({"info", "-X"}, k_as_alice).out, "clients|20\n"));
  CHECK(run_vdeup({"check"}, k_as_alice).status == 0);
  for (const Running& vm : vms)
    vm.signal(SIGTERM);
  for (Running& vm : vms)
    (void)vm.finish();
  REQUIRE(run_vdeup({"cancel", "-f"}, k_as_alice).status == 0);
  CHECK(changes_since(before) == "");
}
