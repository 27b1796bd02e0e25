// --rm: what a launch has made goes with it, however it ends, and nothing else does.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

using namespace vmlab;

namespace {

/// Without a network before, all of it is made: bridge, TAP and switch.
Words for_one_run(const Words& more = {}) {
  return Words{lab::bin_directory() + "/vdeup", "run", "--rm", "--uplink", "bridge"} + more +
         Words{"--", k_emulator};
}

/// A launch of an ordinary kind, which would leave its network.
Words for_good() {
  return {lab::bin_directory() + "/vdeup", "run", "--uplink", "bridge", "--", k_emulator};
}

/// The first child of a process; 0 if it has none.
pid_t child_of(pid_t parent) {
  const std::string pid = std::to_string(parent);
  std::ifstream children{"/proc/" + pid + "/task/" + pid + "/children"};
  pid_t child = 0;
  children >> child;
  return child;
}

std::string before_all() {
  require_emulator();
  return lab::snapshot();
}

/// A launch for one run whose vdeup was killed, and then its VM: nobody was there to clean up.
void leave_a_network_behind() {
  lab::Running vm{for_one_run() + stays_stopped()};
  REQUIRE(answers(vm));
  const pid_t emulator = child_of(vm.pid());
  REQUIRE(emulator > 0);
  vm.signal(SIGKILL);
  CHECK(vm.finish().status == 128 + SIGKILL);
  REQUIRE(::kill(emulator, 0) == 0); // a VM does not lose its work with its supervisor
  REQUIRE(::kill(emulator, SIGKILL) == 0);
  REQUIRE(lab::eventually([emulator] { return ::kill(emulator, 0) != 0; }));
  REQUIRE_FALSE(lab::list_switches().empty());
}

} // namespace

TEST_CASE("a guest's poweroff takes away what --rm made for it", "[vm]") {
  const std::string before = before_all();
  lab::Running vm{for_one_run() + boots("guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1")};
  REQUIRE(vm.wait_for("GUEST one: up"));
  REQUIRE(lab::run({"ip", "address", "add", "192.0.2.1/24", "dev", "ctysbr0"}).status == 0);
  CHECK(vm.wait_for("GUEST one: ping 192.0.2.1 ok"));
  const auto ended = vm.finish();
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a signal to vdeup or to the VM ends both, and takes away what --rm made", "[vm]") {
  const std::string before = before_all();
  const Words lane = GENERATE(Words{}, Words{"--lane", "tap"}, Words{"--reconnect"});
  const auto [to_vdeup, signal, status] = GENERATE(table<bool, int, int>({
      {true, SIGTERM, 0}, // QEMU ends itself, in order
      {true, SIGHUP, 0},
      {false, SIGTERM, 0},
      {false, SIGKILL, 128 + SIGKILL},
  }));
  CAPTURE(lane, to_vdeup, signal);
  lab::Running vm{for_one_run(lane) + stays_stopped()};
  REQUIRE(answers(vm));
  CHECK(lab::changes_since(before) != "");
  REQUIRE(::kill(to_vdeup ? vm.pid() : child_of(vm.pid()), signal) == 0);
  const auto ended = vm.finish();
  INFO(ended.err);
  CHECK(ended.status == status);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("each command clears what a killed --rm has left, before it does its own", "[vm]") {
  const std::string before = before_all();
  const auto [command, status] = GENERATE(table<Words, int>({
      {{"info"}, 2},
      {{"ports"}, 2},
      {{"check"}, 2},
      {{"cancel"}, 0},
      {{"run", "--rm", "--", k_emulator, "-no-such-option"}, 1},
  }));
  CAPTURE(command);
  leave_a_network_behind();
  const auto done = lab::run_vdeup(command);
  INFO(done.out << done.err);
  CHECK(done.status == status);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("create keeps what a killed --rm has left", "[vm]") {
  const std::string before = before_all();
  leave_a_network_behind();
  const auto created = lab::run_vdeup({"create"});
  INFO(created.out << created.err);
  CHECK(created.status == 0);
  CHECK(lab::run_vdeup({"info"}).status == 0);
  CHECK(lab::run_vdeup({"check"}).status == 0);
  REQUIRE(lab::run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("create during a --rm keeps its network beyond the run", "[vm]") {
  const std::string before = before_all();
  lab::Running vm{for_one_run() + stays_stopped()};
  REQUIRE(answers(vm));
  REQUIRE(lab::run_vdeup({"create"}).status == 0);
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  CHECK(lab::run_vdeup({"check"}).status == 0);
  REQUIRE(lab::run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a network of --rm stays for a second VM, and goes after it", "[vm]") {
  const std::string before = before_all();
  const bool second_too =
      GENERATE(true, false); // with --rm, or an ordinary launch, after which the next call clears
  CAPTURE(second_too);
  lab::Running first{for_one_run() + stays_stopped()};
  REQUIRE(answers(first));
  lab::Running second{(second_too ? for_one_run() : for_good()) + stays_stopped()};
  REQUIRE(answers(second));
  first.signal(SIGTERM);
  CHECK(first.finish().status == 0);
  CHECK(lab::run_vdeup({"check"}).status == 0);
  second.signal(SIGTERM);
  CHECK(second.finish().status == 0);
  if (!second_too)
    CHECK(lab::run_vdeup({"info"}).status == 2);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a network of --rm stays for a VM that came later and ends first", "[vm]") {
  const std::string before = before_all();
  lab::Running first{for_one_run() + stays_stopped()};
  REQUIRE(answers(first));
  lab::Running second{for_one_run() + stays_stopped()};
  REQUIRE(answers(second));
  second.signal(SIGTERM);
  CHECK(second.finish().status == 0);
  CHECK(lab::run_vdeup({"check"}).status == 0);
  first.signal(SIGTERM);
  CHECK(first.finish().status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a network of --rm stays for a VM with a TAP of its own on its bridge", "[vm]") {
  const std::string before = before_all();
  lab::Running first{for_one_run() + stays_stopped()};
  REQUIRE(answers(first));
  lab::Running second{for_one_run({"--lane", "tap"}) + stays_stopped()};
  REQUIRE(answers(second));
  first.signal(SIGTERM);
  CHECK(first.finish().status == 0);
  CHECK(lab::run({"ip", "link", "show", "ctysbr0"}).status == 0);
  second.signal(SIGTERM);
  CHECK(second.finish().status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("what was there before --rm is there after it", "[vm]") {
  const std::string before = before_all();
  REQUIRE(lab::run_vdeup({"create"}).status == 0);
  SECTION("a whole network") {}
  SECTION("a bridge, whose switch is made") {
    REQUIRE(lab::run_vdeup({"cancel"}).status == 0);
  }
  lab::settle();
  const std::string with = lab::snapshot();
  lab::Running vm{for_one_run() + stays_stopped()};
  REQUIRE(answers(vm));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  // The bridge says a little later that it has no carrier any more.
  CHECK(lab::eventually([&with] { return lab::changes_since(with).empty(); }));
  REQUIRE(lab::run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nothing stays of a --rm whose program cannot be run", "[vm]") {
  const std::string before = before_all();
  const std::string broken = program_instead("broken", "exit 0\n") + "/broken";
  SECTION("because there is none") {
    CHECK(lab::run_vdeup({"run", "--rm", "--", "/no/such/program"}).status == 127);
  }
  SECTION("because it is no program") {
    std::filesystem::permissions(broken, std::filesystem::perms::owner_read);
    CHECK(lab::run_vdeup({"run", "--rm", "--", broken}).status == 126);
  }
  SECTION("because the kernel does not take it") {
    std::ofstream{broken} << std::string("\x7f"
                                         "ELF not really",
                                         15);
    CHECK(lab::run_vdeup({"run", "--rm", "--", broken}).status == 126);
  }
  SECTION("because its interpreter is missing") {
    std::ofstream{broken} << "#!/no/such/interpreter\n";
    CHECK(lab::run_vdeup({"run", "--rm", "--", broken}).status == 127);
  }
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a shell sees a supervised program end as it would see it without us", "[vm]") {
  const std::string before = before_all();
  const std::string program =
      program_instead("ends", "case $* in *help*) exit 0 ;; esac\neval \"$HOW\"\n") + "/ends";
  const auto [how, status] = GENERATE(table<std::string, int>({
      {"exit 0", 0},
      {"exit 7", 7},
      {"exit 255", 255},
      {"kill -KILL $$", 137},
      {"kill -TERM $$", 143},
      {"kill -INT $$", 130},
      {"kill -SEGV $$", 139},
      {"kill -USR1 $$", 138},
  }));
  CAPTURE(how);
  const std::string vdeup = lab::bin_directory() + "/vdeup";
  const Words options = GENERATE(Words{"--rm"}, Words{"--reconnect", "--rm"});
  const lab::SpawnOptions environment{.environment = {"HOW=" + how}};
  const auto bare = lab::run({"bash", "-c", program + "; echo status=$?"}, environment);
  lab::Running shell{Words{"bash", "-c", "\"$@\"; echo status=$?", "bash", vdeup, "run"} + options +
                         Words{"--", program},
                     environment};
  const auto supervised = shell.finish();
  INFO(supervised.err);
  CHECK(bare.out == "status=" + std::to_string(status) + "\n");
  CHECK(supervised.out == bare.out);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("a supervisor dies of the signal that its program died of", "[vm]") {
  const std::string before = before_all();
  const std::string program =
      program_instead("ends", "case $* in *help*) exit 0 ;; esac\nkill -TERM $$\n") + "/ends";
  const std::string line = lab::bin_directory() + "/vdeup run --rm -- " + program;
  const int native = std::system(("exec " + line).c_str());
  CHECK(WIFSIGNALED(native));
  CHECK(WTERMSIG(native) == SIGTERM);
  CHECK(lab::changes_since(before) == "");
}
