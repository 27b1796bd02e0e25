// --reconnect: a guest goes on when its switch ends and is made again.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace vmlab;

namespace {

const Words k_reconnect{"run", "--reconnect", "--", k_emulator};

bool has_clients(const Network& network, std::size_t count) {
  return lab::eventually([&] { return network.clients().size() == count; });
}

/// End the switch as a crash does, or as somebody who asks it to.
void end_switch(int signal) {
  const pid_t pid = only_switch();
  REQUIRE(::kill(pid, signal) == 0);
  REQUIRE(lab::eventually([] { return lab::list_switches().empty(); }));
}

void create_again(const Network& network, pid_t former) {
  const auto created = lab::run_vdeup({"create", "-u", network.user()});
  INFO(created.err);
  REQUIRE(created.status == 0);
  CHECK(only_switch() != former);
}

/// An address that the host did not have before: a guest that reaches it does so now.
void give_bridge(const std::string& address) {
  REQUIRE(lab::run({"ip", "address", "add", address + "/24", "dev", "ctysbr0"}).status == 0);
}

/// The processor time that a process has used, in clock ticks.
long ticks_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string ignored;
  constexpr int k_before_utime = 11; // proc(5): from the state on
  for (int i = 0; i < k_before_utime; ++i)
    fields >> ignored;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

/// How much of one processor a process uses while this test watches, in percent.
long load_of(pid_t pid) {
  constexpr std::chrono::milliseconds span{1000};
  const long before = ticks_of(pid);
  (void)lab::eventually([] { return false; }, span); // time is what is measured here
  const long spent = (ticks_of(pid) - before) * 1000 / ::sysconf(_SC_CLK_TCK);
  return spent * 100 / span.count();
}

/// A spin would be 100, or the half of it on a busy machine.
constexpr long k_idle = 10;

} // namespace

TEST_CASE("a guest's ping goes on when its switch is killed and made again", "[vm]") {
  const Network network;
  // The guest pings the second address, which nobody has yet, while the switch is away and after it.
  auto vm = network.launch(
      k_reconnect +
          boots("guest.name=one guest.ip=192.0.2.2/24 guest.ping=192.0.2.1,192.0.2.7 guest.then=wait"),
      "vdeup");
  REQUIRE(vm.wait_for("GUEST one: ping 192.0.2.1 ok"));
  const pid_t former = only_switch();
  end_switch(SIGKILL);
  create_again(network, former);
  CHECK(has_clients(network, 1));
  give_bridge("192.0.2.7");
  CHECK(vm.wait_for("GUEST one: ping 192.0.2.7 ok"));
  CHECK(network.clients().front().mac == address_seen_by_guest(vm.output()));
  vm.signal(SIGTERM);
  const auto ended = vm.finish();
  INFO(ended.out << ended.err);
  CHECK(ended.status == 0);
  CHECK(ended.err.find("the switch is gone") != std::string::npos);
  network.remove();
}

TEST_CASE("both NICs of a VM are connected again after a switch that was asked to end", "[vm]") {
  const Network network;
  auto vm = network.launch(k_reconnect + Words{"-nic", "vde", "-nic", "vde"} + stays_stopped(), "vdeup");
  REQUIRE(answers(vm));
  std::vector<std::string> macs;
  for (const Client& client : network.clients())
    macs.push_back(client.mac);
  REQUIRE(macs.size() == 2);
  for (int round = 0; round < 3; ++round) {
    const pid_t former = only_switch();
    end_switch(SIGTERM);
    create_again(network, former);
    REQUIRE(has_clients(network, 2));
    std::vector<std::string> again;
    for (const Client& client : network.clients())
      again.push_back(client.mac);
    CHECK(std::is_permutation(again.begin(), again.end(), macs.begin(), macs.end()));
  }
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("a VM is connected again after cancel and create", "[vm]") {
  const Network network;
  auto vm = network.launch(k_reconnect + stays_stopped(), "vdeup");
  REQUIRE(answers(vm));
  REQUIRE(lab::run_vdeup({"cancel", "-f", "-u", network.user()}).status == 0);
  CHECK(lab::list_switches() == "");
  create_again(network, 0);
  CHECK(has_clients(network, 1));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("the supervisor of a VM is idle while nothing flows, with its switch and without", "[vm]") {
  const Network network;
  auto vm = network.launch(k_reconnect + stays_stopped(), "vdeup");
  REQUIRE(answers(vm));
  const pid_t former = only_switch();
  SECTION("all is well") {
    CHECK(load_of(vm.pid()) < k_idle);
  }
  SECTION("a switch that is gone") {
    end_switch(SIGKILL);
    CHECK(load_of(vm.pid()) < k_idle);
    create_again(network, former);
  }
  SECTION("a switch that stands still") {
    REQUIRE(::kill(former, SIGSTOP) == 0);
    CHECK(load_of(vm.pid()) < k_idle);
    REQUIRE(::kill(former, SIGCONT) == 0);
  }
  SECTION("a VM that stands still") {
    std::ifstream children{"/proc/" + std::to_string(vm.pid()) + "/task/" + std::to_string(vm.pid()) +
                           "/children"};
    pid_t emulator = 0;
    children >> emulator;
    REQUIRE(::kill(emulator, SIGSTOP) == 0);
    CHECK(load_of(vm.pid()) < k_idle);
    REQUIRE(::kill(emulator, SIGCONT) == 0);
  }
  CHECK(has_clients(network, 1));
  vm.signal(SIGTERM);
  CHECK(vm.finish().status == 0);
  network.remove();
}

TEST_CASE("a VM ends in order while its switch is away", "[vm]") {
  const Network network;
  auto vm = network.launch(k_reconnect + stays_stopped(), "vdeup");
  REQUIRE(answers(vm));
  const pid_t former = only_switch();
  end_switch(SIGKILL);
  vm.write("quit\n");
  CHECK(vm.finish().status == 0);
  create_again(network, former);
  network.remove();
}

TEST_CASE("a VM in the background is not connected by a supervisor that it would leave", "[vm]") {
  require_emulator();
  const std::string before = lab::snapshot();
  const auto refused = lab::run_vdeup({"run", "--reconnect", "--", k_emulator, "-name", "web", "-daemonize"});
  INFO(refused.err);
  CHECK(refused.status == 125);
  CHECK(refused.err.find("-daemonize") != std::string::npos);
  CHECK(lab::changes_since(before) == "");
}
