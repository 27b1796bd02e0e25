// From nothing to a guest that talks: the main job, under each name of the launcher.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace vmlab;

namespace {

const std::string k_orders = "guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1";
const std::string k_answered = "GUEST one: ping 192.0.2.1 ok";

/// The numbers behind a name in /proc/PID/status.
std::vector<unsigned> ids_of(pid_t pid, const std::string& name) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  std::string line;
  while (std::getline(status, line) && !line.starts_with(name + ":")) {
  }
  std::istringstream words{line.substr(line.find(':') + 1)};
  std::vector<unsigned> ids;
  for (unsigned id = 0; words >> id;)
    ids.push_back(id);
  return ids;
}

void expect_answer_and_poweroff(lab::Running& vm) {
  const bool answered = vm.wait_for(k_answered);
  const auto ended = vm.finish();
  INFO(ended.out << ended.err);
  CHECK(answered);
  CHECK(ended.status == 0);
}

} // namespace

TEST_CASE("an ordinary user's VM reaches the bridge of the network that root made for that user", "[vm]") {
  lab::needs_others();
  const Network network;
  const std::vector<unsigned> nobody(4, lab::k_alice.uid); // real, effective, saved, file system
  CHECK(ids_of(only_switch(), "Uid") == nobody);
  CHECK(ids_of(only_switch(), "Gid") == nobody);
  auto vm = network.launch(boots(k_orders + " guest.then=wait"));
  REQUIRE(vm.wait_for("GUEST one: ready"));
  CHECK(vm.output().find(k_answered) != std::string::npos);
  CHECK(ids_of(vm.pid(), "Uid") == nobody);
  const auto clients = network.clients();
  REQUIRE(clients.size() == 1);
  CHECK(clients[0].user == lab::k_alice.name);
  CHECK(clients[0].pid == vm.pid());
  CHECK(clients[0].mac == address_seen_by_guest(vm.output()));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("one launch makes switch, TAP and bridge out of nothing, and the guest reaches the bridge",
          "[vm]") {
  require_emulator();
  const std::string before = lab::snapshot();
  lab::Running vm{Words{lab::bin_directory() + "/vdeqemu"} + boots(k_orders),
                  {.environment = {"VDEUP_UPLINK=bridge"}}};
  REQUIRE(vm.wait_for("GUEST one: up"));
  REQUIRE(lab::run({"ip", "address", "add", "192.0.2.1/24", "dev", "ctysbr0"}).status == 0);
  expect_answer_and_poweroff(vm);
  REQUIRE(lab::eventually([] { return lab::run_vdeup({"cancel", "--bridge"}).status == 0; }));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("vdeq launches the program that is its first word", "[vm]") {
  const Network network;
  auto vm = network.launch(Words{k_emulator} + boots(k_orders), "vdeq");
  expect_answer_and_poweroff(vm);
  network.remove();
}

TEST_CASE("vdekvm launches the program kvm", "[vm]") {
  const Network network;
  const std::string directory =
      program_instead("kvm", std::string{"exec "} + k_emulator + " -name by-kvm \"$@\"\n");
  auto vm = network.launch(boots(k_orders + " guest.then=wait"), "vdekvm",
                           {"PATH=" + directory + ":" + std::getenv("PATH")});
  REQUIRE(vm.wait_for("GUEST one: ready"));
  CHECK(vm.output().find(k_answered) != std::string::npos);
  CHECK(network.clients().size() == 1);
  std::ifstream file{"/proc/" + std::to_string(vm.pid()) + "/cmdline"};
  const std::string line{std::istreambuf_iterator<char>{file}, {}};
  CHECK(line.find("by-kvm") != std::string::npos);
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}
