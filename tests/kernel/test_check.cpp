// Everything that can be wrong with a switch, its TAP and its bridge, made for real.

#include "check_report.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

using namespace lab;

namespace {

const std::string k_dir = "/var/tmp/vde_switch0.root";
const std::string k_mgmt = "/var/tmp/vde_mgmt0.root";

void kill_switch() {
  sh("kill -9 " + std::to_string(std::stol(list_switches())));
  REQUIRE(eventually([] { return list_switches().empty(); }));
}

/// A vde_switch that somebody has started by hand and without a TAP.
void start_switch_by_hand() {
  sh("vde_switch -d -s " + k_dir + " --dirmode 0700 -M " + k_mgmt + " -f /dev/null");
  REQUIRE(eventually([] { return run({"test", "-S", k_mgmt}).status == 0; }));
}

/// A process of somebody else that has a TAP open, until it is killed with the test.
void hold_tap(const char* name) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int device = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::strcpy(request.ifr_name, name);
    if (device < 0 || ::ioctl(device, TUNSETIFF, &request) < 0)
      ::_exit(1);
    for (;;)
      ::pause();
  }
  REQUIRE(eventually([] {
    return run({"ip", "link", "show", "tap0"}).out.find("LOWER_UP") != std::string::npos;
  }));
}

/// /sys shows the machine's devices, and not ours.
std::string address_of(const std::string& device) {
  const std::string shown = run({"ip", "-o", "link", "show", device}).out;
  const std::string key = "link/ether ";
  return shown.substr(shown.find(key) + key.size(), 17);
}

const std::vector<Trouble> k_switch_troubles{
    {"dead switch", [] { kill_switch(); }, "the process of the switch /var/tmp/vde_switch0.root is gone"},
    {"no carrier", [] { kill_switch(); }, "tap0 has no carrier"},
    {"stale management socket",
     [] {
       kill_switch();
       sh("rm -r " + k_dir);
     },
     "its sockets are left"},
    {"stale directory",
     [] {
       kill_switch();
       sh("rm " + k_mgmt + " " + k_dir + "/ctl");
     },
     "its sockets are left"},
    {"TAP without a switch",
     [] {
       kill_switch();
       sh("rm -r " + k_dir + " " + k_mgmt);
     },
     "a TAP is there, but no switch"},
    {"mute switch", [] { sh("kill -STOP " + std::to_string(std::stol(list_switches()))); },
     "does not answer"},
    {"ctl removed", [] { sh("rm " + k_dir + "/ctl"); }, "/ctl is gone"},
    {"TAP deleted under the switch", [] { sh("ip link delete tap0"); },
     "tap0 was deleted under the running switch"},
    {"TAP replaced under the switch",
     [] { sh("ip link delete tap0 && ip tuntap add tap0 mode tap && ip link set tap0 up master ctysbr0"); },
     "tap0 was deleted under the running switch"},
    {"switch without a TAP",
     [] {
       sh("vdeup cancel");
       start_switch_by_hand();
     },
     "no port of the switch has a TAP"},
    {"TAP not at a port of the switch",
     [] {
       kill_switch();
       start_switch_by_hand();
     },
     "tap0 is not at a port of the switch"},
};

const std::vector<Trouble> k_tap_troubles{
    {"TAP held by a stranger, no switch",
     [] {
       kill_switch();
       sh("rm -r " + k_dir + " " + k_mgmt);
       hold_tap("tap0");
     },
     "(test_kernel), not by the switch"},
    {"TAP held by a stranger, dead switch",
     [] {
       kill_switch();
       hold_tap("tap0");
     },
     "tap0 is held open by process"},
    {"TAP held by a stranger, other switch",
     [] {
       kill_switch();
       hold_tap("tap0");
       start_switch_by_hand();
     },
     "tap0 is held open by process"},
    {"TAP down", [] { sh("ip link set tap0 down"); }, "tap0 is down"},
    {"TAP on no bridge", [] { sh("ip link set tap0 nomaster"); }, "tap0 is not a port of a bridge"},
    {"TAP on the wrong bridge",
     [] { sh("ip link add otherbr type bridge && ip link set otherbr up"); },
     "tap0 is a port of ctysbr0, not of otherbr",
     true,
     0,
     {"-b", "otherbr"}},
    {"TAP on no bridge, and one asked for",
     [] { sh("ip link set tap0 nomaster && ip link add otherbr type bridge && ip link set otherbr up"); },
     "tap0 is a port of no bridge, not of otherbr",
     true,
     0,
     {"-b", "otherbr"}},
};

const std::vector<Trouble> k_bridge_troubles{
    {"bridge down", [] { sh("ip link set ctysbr0 down"); }, "bridge ctysbr0 is down"},
    {"bridge deleted", [] { sh("ip link delete ctysbr0"); }, "tap0 is not a port of a bridge"},
    {"STP has not decided yet",
     [] {
       sh("ip link set ctysbr0 type bridge stp_state 1 forward_delay 200");
       sh("ip link set tap0 nomaster && ip link set tap0 master ctysbr0");
     },
     "tap0 does not forward yet: bridge ctysbr0 runs STP"},
    {"port set not to forward", [] { sh("bridge link set dev tap0 state 0"); },
     "tap0 was set not to forward"},
    {"MTU of the TAP",
     [] { sh("ip link set ctysbr0 mtu 1400 && ip link set ctysbr0 mtu 1500 && ip link set tap0 mtu 1400"); },
     "tap0 has MTU 1400, its bridge ctysbr0 has 1500"},
    {"MTU of the bridge", [] { sh("ip link set tap0 mtu 1300 && ip link set ctysbr0 mtu 1200"); },
     "tap0 has MTU 1300, its bridge ctysbr0 has 1200"},
    {"jumbo frames", [] { sh("ip link set ctysbr0 mtu 9000"); }, "vde_switch cuts off frames above 1500",
     false},
    {"another device with the TAP's address",
     [] { sh("ip tuntap add twin mode tap && ip link set twin address " + address_of("tap0")); },
     "tap0 and twin have the same address", false},
    {"another device with the bridge's address",
     [] { sh("ip link add twin address " + address_of("ctysbr0") + " type bridge"); },
     "ctysbr0 and twin have the same address", false},
    {"way out down",
     [] { sh("ip link add out0 type veth peer name in0 && ip link set out0 master ctysbr0"); },
     "out0, a port of bridge ctysbr0, is down", false},
    {"TAP of an earlier switch",
     [] {
       kill_switch();
       sh("vdeup create");
     },
     "tap0 is left from an earlier switch", false},
    {"small queue", [] {}, "net.unix.max_dgram_qlen is 10", false},
};

void require_named_and_mended_by_itself(const Trouble& trouble) {
  needs_others();
  sh("vdeup create");
  REQUIRE(check().status() == 0);
  require_named_and_mended(trouble);
  (void)run_vdeup({"cancel", "-f", "--bridge"});
  sh("for name in twin otherbr out0 tap0 tap1 ctysbr0; do ip link delete $name 2>/dev/null; done; true");
  (void)run({"pkill", "-9", "vde_switch"});
  clear_files();
}

} // namespace

TEST_CASE("check: names each trouble with the switch, and what it prints mends it", "[check]") {
  require_named_and_mended_by_itself(GENERATE(from_range(k_switch_troubles)));
}

TEST_CASE("check: names each trouble with the TAP, and what it prints mends it", "[check]") {
  require_named_and_mended_by_itself(GENERATE(from_range(k_tap_troubles)));
}

TEST_CASE("check: names each trouble with the bridge, and what it prints mends it", "[check]") {
  require_named_and_mended_by_itself(GENERATE(from_range(k_bridge_troubles)));
}

TEST_CASE("check: where nothing is, it says so with status 2, and what it prints makes it", "[check]") {
  needs_others();
  const std::string before = snapshot();
  const auto seen = check();
  CHECK(seen.status() == 2);
  REQUIRE(seen.find("there is no switch /var/tmp/vde_switch0.root") != nullptr);
  CHECK(changes_since(before) == "");
  CHECK(follow(seen.findings().front().hint).status == 0);
  CHECK(check().status() == 0);
}

TEST_CASE("check: a bridge without a way out is noted, until it gets one", "[check]") {
  needs_others();
  sh("vdeup create");
  const std::string note = "bridge ctysbr0 has no port to the outside";
  const auto seen = check();
  REQUIRE(seen.find(note) != nullptr);
  CHECK_FALSE(seen.find(note)->is_fault);
  CHECK(seen.status() == 0);
  sh("ip link add out0 type veth peer name in0 && ip link set out0 master ctysbr0 up");
  CHECK(check().find(note) == nullptr);
  CHECK(check().find("out0, a port of bridge ctysbr0, has no carrier") != nullptr);
  sh("ip link set in0 up");
  CHECK(eventually([] { return check().find("has no carrier") == nullptr; }));
}

TEST_CASE("check: an ordinary user gets the same answer as root, with sudo where it takes root", "[check]") {
  needs_others();
  sh("vdeup create -u nobody");
  CHECK(check({}, {.user = k_alice}).status() == 0);
  CHECK(check({}, {.user = k_alice}).says("ok: a frame from a port of the switch arrived at bridge ctysbr0"));
  sh("ip link set ctysbr0 down");
  const auto seen = check({}, {.user = k_alice});
  CHECK(seen.status() == 1);
  REQUIRE(seen.find("bridge ctysbr0 is down") != nullptr);
  CHECK(seen.find("bridge ctysbr0 is down")->hint == "sudo ip link set dev ctysbr0 up");
  CHECK(run_vdeup({"check", "-u", "daemon"}, {.user = k_alice}).status == 2);
}

TEST_CASE("check: -X prints nothing, and its status is the answer", "[check]") {
  needs_others();
  const auto silent = [](int status) {
    const auto done = run_vdeup({"check", "-X"});
    CHECK(done.status == status);
    CHECK(done.out.empty());
    CHECK(done.err.empty());
  };
  silent(2);
  sh("vdeup create");
  silent(0);
  sh("ip link set tap0 down");
  silent(1);
  sh("vdeup cancel --bridge && mkdir -m 0777 " + k_dir + " && chmod 0777 " + k_dir);
  silent(1);
  sh("rmdir " + k_dir);
  // The call of the QEMU plugin of 2010.
  sh("vdeup create && vdeup -X -s " + k_dir + " -S " + k_mgmt + " check");
}
