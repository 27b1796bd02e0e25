// A guest talks through either way of handing a connection to QEMU.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <cstdlib>
#include <fstream>

using namespace vmlab;

namespace {

std::string command_line_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Boot the guest, require that it reaches the bridge, and return QEMU's command line.
std::string line_of_a_vm_that_talks(const Network& network, const Words& environment) {
  auto vm = network.launch(boots("guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1 guest.then=wait"),
                           "vdeqemu", environment);
  const bool is_ready = vm.wait_for("GUEST one: ready");
  INFO(vm.output());
  REQUIRE(is_ready);
  CHECK(vm.output().find("GUEST one: ping 192.0.2.1 ok") != std::string::npos);
  CHECK(network.clients().size() == 1);
  return command_line_of(vm.pid());
}

/// A PATH on which QEMU says that it has no dgram backend, as those before 7.2 do, and none for VDE, as those
/// that are built without it.
std::string path_to_an_older_emulator() {
  const std::string real = std::string{"\"$(PATH=${PATH#*:} command -v "} + k_emulator + ")\"";
  const std::string directory = program_instead(
      k_emulator, "case $* in\n*'-netdev help') " + real +
                      " \"$@\" | grep -vx -e dgram -e vde ;;\n*) exec " + real + " \"$@\" ;;\nesac\n");
  return directory + ":" + std::getenv("PATH");
}

} // namespace

TEST_CASE("a guest talks through a connection handed over as -netdev dgram", "[vm]") {
  const Network network;
  if (lab::run({k_emulator, "-netdev", "help"}).out.find("\ndgram\n") == std::string::npos)
    lab::skip("this QEMU has no dgram backend");
  CHECK(line_of_a_vm_that_talks(network, {}).find("dgram,id=") != std::string::npos);
  network.remove();
}

TEST_CASE(
    "a guest talks through a connection handed over as -netdev socket, where QEMU has neither dgram nor vde",
    "[vm]") {
  const Network network;
  const std::string line = line_of_a_vm_that_talks(network, {"PATH=" + path_to_an_older_emulator()});
  CHECK(line.find("socket,id=") != std::string::npos);
  CHECK(line.find("dgram") == std::string::npos);
  network.remove();
}
