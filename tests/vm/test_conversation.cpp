// Two guests at one switch, each launched with another spelling of its network, talk to each other.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <signal.h>

using namespace vmlab;

namespace {

const std::string k_left =
    "guest.name=left guest.ip=192.0.2.11/24 guest.serve=7 guest.ping=192.0.2.12 guest.then=wait";
const std::string k_right =
    "guest.name=right guest.ip=192.0.2.12/24 guest.ping=192.0.2.11 guest.fetch=192.0.2.11:7 guest.then=wait";

bool says(const lab::Running& vm, const std::string& text) {
  return vm.output().find(text) != std::string::npos;
}

/// The address that the switch knows a process by.
std::string address_of(const std::vector<Client>& clients, pid_t pid) {
  for (const Client& client : clients)
    if (client.pid == pid)
      return client.mac;
  return "process " + std::to_string(pid) + " has no port";
}

void expect_conversation(lab::Running& left, lab::Running& right) {
  const bool both_done = left.wait_for("GUEST left: ready") && right.wait_for("GUEST right: ready");
  INFO("left\n" << left.output() << "right\n" << right.output());
  REQUIRE(both_done);
  CHECK(says(left, "GUEST left: ping 192.0.2.12 ok"));
  CHECK(says(right, "GUEST right: ping 192.0.2.11 ok"));
  CHECK(says(right, "GUEST right: fetch 192.0.2.11:7 ok: hello from left"));
}

/// One VM is launched by vdeqemu from a line without a network, the other one by this line.
void expect_conversation_with(const Network& network, const std::string& called, const Words& line) {
  auto left = network.launch(boots(k_left));
  auto right = network.launch(line + boots(k_right), called);
  expect_conversation(left, right);
  const auto clients = network.clients();
  CHECK(clients.size() == 2);
  const std::string left_mac = address_seen_by_guest(left.output());
  const std::string right_mac = address_seen_by_guest(right.output());
  CHECK(left_mac != right_mac);
  CHECK(address_of(clients, left.pid()) == left_mac);
  CHECK(address_of(clients, right.pid()) == right_mac);
  left.signal(SIGTERM);
  right.signal(SIGTERM);
  CHECK(left.finish().status == 0);
  CHECK(right.finish().status == 0);
  network.remove();
}

} // namespace

TEST_CASE("a VM without a network option talks to one with -nic vde", "[vm]") {
  const Network network;
  expect_conversation_with(network, "vdeup", {"run", "--", k_emulator, "-nic", "vde,model=virtio"});
}

TEST_CASE("a VM without a network option talks to one with -net nic and -net vde,sock=", "[vm]") {
  const Network network;
  expect_conversation_with(network, "vdeqemu",
                           {"-net", "nic,model=virtio", "-net", "vde,sock=" + network.socket()});
}

TEST_CASE("a VM without a network option talks to one with -netdev vde and -device", "[vm]") {
  const Network network;
  expect_conversation_with(
      network, "vdeup", {"run", k_emulator, "-netdev", "vde,id=n0", "-device", "virtio-net-pci,netdev=n0"});
}
