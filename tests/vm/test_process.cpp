// The launched process is QEMU, and differs from a QEMU started without us by its network alone.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace vmlab;

namespace {

namespace fs = std::filesystem;

std::string proc(pid_t pid, const std::string& file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

std::string read_all(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The NIC that vdeqemu adds, with a backend that opens nothing, so that a bare QEMU has the same devices.
Words same_devices() {
  return {"-netdev", "hubport,id=n0,hubid=0", "-device", "virtio-net-pci,netdev=n0"};
}

/// The lines of /proc/PID/status about signals, all but those about the ones that are waiting.
std::string signals_of(pid_t pid) {
  std::istringstream status{read_all(proc(pid, "status"))};
  std::string found;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigBlk") || line.starts_with("SigIgn") || line.starts_with("SigCgt"))
      found += line + "\n";
  return found;
}

/// UNIX sockets by number: "stream" or "datagram".
std::map<std::string, std::string> unix_sockets() {
  std::map<std::string, std::string> kinds;
  std::istringstream table{read_all("/proc/net/unix")};
  std::string line;
  std::getline(table, line); // the heading
  while (std::getline(table, line)) {
    std::istringstream words{line};
    std::string ignored;
    std::string type;
    std::string state;
    std::string inode;
    words >> ignored >> ignored >> ignored >> ignored >> type >> state >> inode;
    kinds["socket:[" + inode + "]"] = type == "0002" ? "datagram socket" : "stream socket";
  }
  return kinds;
}

/// What the descriptors of a process are, in order; without numbers, which are others in each process.
std::vector<std::string> descriptors_of(pid_t pid) {
  const auto sockets = unix_sockets();
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(proc(pid, "fd"))) {
    const std::string target = fs::read_symlink(entry.path());
    const auto socket = sockets.find(target);
    found.push_back(socket == sockets.end() ? target.substr(0, target.find(":[")) : socket->second);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> what_is_new(const std::vector<std::string>& all,
                                     const std::vector<std::string>& known) {
  std::vector<std::string> found;
  std::set_difference(all.begin(), all.end(), known.begin(), known.end(), std::back_inserter(found));
  return found;
}

bool has_variable(pid_t pid, const std::string& text) {
  const std::string variables = '\0' + read_all(proc(pid, "environ"));
  return variables.find('\0' + text + '\0') != std::string::npos;
}

} // namespace

TEST_CASE("the launched process becomes QEMU, and knows its switch", "[vm]") {
  const Network network;
  auto vm = network.launch(stays_stopped());
  REQUIRE(answers(vm));
  CHECK(fs::read_symlink(proc(vm.pid(), "exe")).filename() == k_emulator);
  CHECK(has_variable(vm.pid(), "QEMUSOCK=" + network.socket()));
  CHECK(has_variable(vm.pid(), "QEMUMGMT=" + network.mgmt()));
  const auto clients = network.clients();
  REQUIRE(clients.size() == 1);
  CHECK(clients[0].pid == vm.pid());
  vm.write("quit\n");
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("QEMU inherits two descriptors, the port's data and control sockets, and no other", "[vm]") {
  const Network network;
  auto bare = network.start(Words{k_emulator} + stays_stopped() + same_devices());
  auto ours = network.launch(stays_stopped());
  REQUIRE(answers(bare));
  REQUIRE(answers(ours));
  const auto of_bare = descriptors_of(bare.pid());
  const auto of_ours = descriptors_of(ours.pid());
  CHECK(what_is_new(of_ours, of_bare) == Words{"datagram socket", "stream socket"});
  CHECK(what_is_new(of_bare, of_ours).empty());
}

TEST_CASE("QEMU has the signal mask and the signal dispositions that it has without us", "[vm]") {
  const Network network;
  const std::string ignored = GENERATE("", "HUP USR2"); // as nohup starts programs
  CAPTURE(ignored);
  const Words shell{"sh", "-c", "trap '' " + ignored + "\nexec \"$@\"", "sh"};
  auto bare = network.start(shell + Words{k_emulator} + stays_stopped() + same_devices());
  auto ours = network.start(shell + Words{lab::bin_directory() + "/vdeqemu"} + stays_stopped());
  REQUIRE(answers(bare));
  REQUIRE(answers(ours));
  CHECK(signals_of(ours.pid()) == signals_of(bare.pid()));
  ours.signal(SIGKILL);
  (void)ours.finish();
  network.remove();
}

TEST_CASE("SIGTERM to the launched process ends QEMU as one that was asked to end", "[vm]") {
  const Network network;
  auto vm = network.launch(stays_stopped());
  REQUIRE(answers(vm));
  vm.signal(SIGTERM);
  const auto ended = vm.finish();
  CHECK(ended.status == 0);
  CHECK(ended.err.find("terminating on signal 15") != std::string::npos);
  network.remove();
}

TEST_CASE("the exit status of a QEMU that refuses its line comes through, and its message", "[vm]") {
  const Network network;
  auto vm = network.launch(stays_stopped() + Words{"-no-such-option"});
  const auto ended = vm.finish();
  CHECK(ended.status == 1);
  CHECK(ended.err.find("-no-such-option: invalid option") != std::string::npos);
  network.remove();
}

TEST_CASE("a QEMU that goes on in the background keeps its port until it ends", "[vm]") {
  const Network network;
  auto vm = network.launch(
      {"-accel", "tcg", "-display", "none", "-S", "-daemonize", "-pidfile", "/var/tmp/home/pid"});
  CHECK(vm.finish().status == 0);
  CHECK(network.clients().size() == 1);
  const pid_t daemon = std::stoi(read_all("/var/tmp/home/pid"));
  CHECK(::kill(daemon, SIGTERM) == 0);
  network.remove();
}
