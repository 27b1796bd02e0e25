#include "config/settings.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"
#include "vde/attach.hpp"
#include "vde/console.hpp"

#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

using namespace lab;
namespace fs = std::filesystem;

namespace {

std::string fake_vm() {
  return bin_directory() + "/fake_vm";
}

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

std::string ports() {
  return run_vdeup({"ports"}).out;
}

/// What the kernel says of the signals of a process.
std::string signals_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  std::string text;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("SigBlk") || line.starts_with("SigIgn") || line.starts_with("SigCgt"))
      text += line + "\n";
  return text;
}

/// Say one thing to the switch of root, behind vdeup's back.
void tell_switch(const std::string& command) {
  const auto path = vdeup::SocketPath::socket("/var/tmp/vde_mgmt0.root").value();
  const auto deadline = vdeup::Deadline::after(std::chrono::seconds{3});
  auto console = vdeup::vde::Console::connect(path, deadline);
  REQUIRE(console);
  REQUIRE(console.value());
  REQUIRE(console.value()->greet(deadline));
  const auto reply = console.value()->command(command, deadline);
  INFO((reply ? std::string{} : reply.error().message()));
  REQUIRE(reply);
}

} // namespace

TEST_CASE("run: becomes the program in the same process, connected", "[run]") {
  Running vm{{bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name", "web"}};
  REQUIRE(vm.wait_for("VM pid=" + std::to_string(vm.pid())));
  REQUIRE(vm.wait_for("\n"));
  CHECK(fs::read_symlink("/proc/" + std::to_string(vm.pid()) + "/exe") == fs::canonical(fake_vm()));
  const std::string user = run({"id", "-un"}).out.substr(0, run({"id", "-un"}).out.find('\n'));
  CHECK(vm.output().find("sock=/var/tmp/vde_switch0." + user + " mgmt=/var/tmp/vde_mgmt0." + user) !=
        std::string::npos);
  CHECK(ports().find("web") != std::string::npos);
  CHECK(ports().find(std::to_string(vm.pid())) != std::string::npos);

  SECTION("a killed VM frees its port") {
    vm.signal(SIGKILL);
    CHECK(vm.finish().status == 128 + SIGKILL);
  }
  SECTION("a VM that ends frees its port") {
    vm.signal(SIGTERM);
    CHECK(vm.finish().status == 128 + SIGTERM);
  }
  CHECK(eventually([] { return ports().find("web") == std::string::npos; }));
  require_good(run_vdeup({"cancel", "--bridge"}));
}

TEST_CASE("run: the program's exit status is the answer", "[run]") {
  CHECK(run_vdeup({"run", "--", fake_vm(), "exit=0"}).status == 0);
  CHECK(run_vdeup({"run", fake_vm(), "exit=7"}).status == 7);
  CHECK(run_vdeup({"run", "--", fake_vm(), "exit=125"}).status == 125);
}

TEST_CASE("run: says what is wrong with the program, and makes nothing for it", "[run]") {
  const std::string before = snapshot();
  const auto missing = run_vdeup({"run", "--", "no-such-program"});
  CHECK(missing.status == 127);
  CHECK(missing.err.find("no-such-program") != std::string::npos);
  CHECK(run_vdeup({"run", "--", "/no/such/path"}).status == 127);
  CHECK(run_vdeup({"run", "--", "/etc/passwd"}).status == 126);
  CHECK(run_vdeup({"run", "--", "/etc"}).status == 126);
  CHECK(run_vdeup({"run"}).status == 125);
  CHECK(run_vdeup({"run", "--", fake_vm(), "-netdev", "vde,colour=red"}).status == 125);
  CHECK(changes_since(before) == "");
}

TEST_CASE("run: a line without VDE makes no network", "[run]") {
  const std::string before = snapshot();
  CHECK(run_vdeup({"run", "--", fake_vm(), "-nic", "none", "exit=3"}).status == 3);
  CHECK(run_vdeup({"run", "--", fake_vm(), "-version", "exit=3"}).status == 3);
  CHECK(changes_since(before) == "");
}

TEST_CASE("run: a dry run shows the plan and the line, and does nothing", "[run]") {
  const std::string before = snapshot();
  const auto plan = run_vdeup({"run", "--uplink", "bridge", "--dry-run", "--", fake_vm(), "-name", "a b"});
  require_good(plan);
  CHECK(plan.out.find("create bridge ctysbr0") != std::string::npos);
  CHECK(plan.out.find("-name 'a b'") != std::string::npos);
  CHECK(plan.out.find("macaddr=52:54:00:") != std::string::npos);
  CHECK(changes_since(before) == "");
}

TEST_CASE("run: the network stays for the next VM, whose address stays its own", "[run]") {
  const auto mac_of = [](Running& vm) {
    REQUIRE(vm.wait_for("sock="));
    const std::size_t at = vm.output().find("mac=");
    return vm.output().substr(at, 21);
  };
  const std::vector<std::string> line{bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name", "web"};
  Running first{line};
  const std::string mac = mac_of(first);
  {
    Running twin{line}; // the same name at the same time: another address
    CHECK(mac_of(twin) != mac);
  }
  const std::string pid = list_switches();
  first.signal(SIGKILL);
  first.finish();
  REQUIRE(eventually([] { return ports().find("web") == std::string::npos; }));
  Running again{line};
  CHECK(mac_of(again) == mac);
  CHECK(list_switches() == pid);
}

TEST_CASE("run: nothing but the connection is added to what the program inherits", "[run]") {
  const auto descriptors_of = [](const Running& program) {
    std::multiset<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(program.pid()) + "/fd")) {
      const std::string target = fs::read_symlink(entry.path());
      found.insert(target.starts_with("pipe:") ? "pipe" : target.starts_with("socket:") ? "socket" : target);
    }
    return found;
  };
  Running bare{{fake_vm(), "-name", "bare"}};
  REQUIRE(bare.wait_for("sock="));
  auto expected = descriptors_of(bare);
  expected.insert({"socket", "socket"}); // data and control
  Running vm{{bin_directory() + "/vdeup", "run", "--", fake_vm()}};
  REQUIRE(vm.wait_for("sock="));
  CHECK(descriptors_of(vm) == expected);
}

TEST_CASE("run: signals are as the caller left them", "[run]") {
  Running vm{{bin_directory() + "/vdeup", "run", "--", fake_vm()}};
  REQUIRE(vm.wait_for("sock="));
  const std::string expected = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n";
  CHECK(signals_of(vm.pid()).starts_with(expected));
}

TEST_CASE("run: a program whose caller ignores the end of children ignores it, too", "[run]") {
  Running vm{
      {"bash", "-c", "trap '' CHLD; exec \"$0\" run -- \"$1\"", bin_directory() + "/vdeup", fake_vm()}};
  REQUIRE(vm.wait_for("sock="));
  CHECK(signals_of(vm.pid()).find("SigIgn:\t0000000000010000") != std::string::npos);
}

TEST_CASE("run: a full switch is refused at once and does not hang", "[run]") {
  require_good(run_vdeup({"create"}));
  tell_switch("port/setnumports 3"); // port 0 is special, port 1 is the TAP: one is left
  Running vm{{bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name", "web"}};
  REQUIRE(vm.wait_for("sock="));
  const std::string before = list_var_tmp();
  const auto refused = run_vdeup({"run", "--", fake_vm()}, {.patience = std::chrono::seconds{10}});
  CHECK(refused.status == 125);
  CHECK(refused.err.find("2 of the 2 ports") != std::string::npos);
  CHECK(run_vdeup({"check"}).status == 1);

  // Even without the question before: the handshake itself has an end, and cleans up after itself.
  const auto start = std::chrono::steady_clock::now();
  const auto attached =
      vdeup::vde::attach(vdeup::SocketPath::directory("/var/tmp/vde_switch0.root").value(),
                         {.description = "late"}, vdeup::Deadline::after(std::chrono::seconds{1}));
  REQUIRE_FALSE(attached);
  CHECK(attached.error().kind() == vdeup::ErrorKind::timed_out);
  CHECK(std::chrono::steady_clock::now() - start < scaled(std::chrono::seconds{2}));
  CHECK(list_var_tmp() == before);
}

TEST_CASE("run: an ordinary user needs no privilege on a network that root made", "[run]") {
  needs_others();
  require_good(run_vdeup({"create", "-u", "nobody"}));
  fs::copy_file(fake_vm(), "/var/tmp/home/fake_vm"); // the build directory may be closed to others
  fs::copy_file(bin_directory() + "/vdeup", "/var/tmp/home/vdeup");
  Running vm{{"/var/tmp/home/vdeup", "run", "--", "/var/tmp/home/fake_vm", "-name", "web"},
             {.user = k_alice}};
  REQUIRE(vm.wait_for("sock=/var/tmp/vde_switch0.nobody"));
  CHECK(run_vdeup({"ports", "-u", "nobody"}).out.find("web") != std::string::npos);
  const auto refused = run_vdeup({"cancel", "-u", "nobody"});
  CHECK(refused.status == 1);
  CHECK(refused.err.find("web") != std::string::npos);
  vm.signal(SIGTERM);
  vm.finish();
}

TEST_CASE("run: a line that names another switch is attached there", "[run]") {
  require_good(run_vdeup({"create", "-s", "/var/tmp/sw", "-S", "/var/tmp/sw.mgmt"}));
  Running vm{
      {bin_directory() + "/vdeup", "run", "--", fake_vm(), "-name", "web", "-nic", "vde,sock=/var/tmp/sw"}};
  REQUIRE(vm.wait_for("sock="));
  CHECK(run_vdeup({"ports", "-s", "/var/tmp/sw", "-S", "/var/tmp/sw.mgmt"}).out.find("web") !=
        std::string::npos);
  const auto absent = run_vdeup({"run", "--", fake_vm(), "-nic", "vde,sock=/var/tmp/nowhere"});
  CHECK(absent.status == 125);
  CHECK(absent.err.find("/var/tmp/nowhere") != std::string::npos);
}

TEST_CASE("run: a line that names a switch in the usual way has it made", "[run]") {
  Running vm{{bin_directory() + "/vdeup", "run", "--", fake_vm(), "-net", "nic", "-net",
              "vde,sock=/var/tmp/vde_switch0.lab"}};
  REQUIRE(vm.wait_for("sock=/var/tmp/vde_switch0.lab mgmt=/var/tmp/vde_mgmt0.lab"));
}
