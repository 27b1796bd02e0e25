#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>

using namespace lab;

namespace {

std::string fake_vm() {
  return bin_directory() + "/fake_vm";
}

/// The senders of our test frames that arrive at an interface, until there are `wanted` of them.
std::set<std::string> senders_at(const char* interface, std::size_t wanted, std::chrono::seconds patience) {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x88b5));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(0x88b5);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  std::set<std::string> senders;
  const auto end = std::chrono::steady_clock::now() + patience;
  std::array<unsigned char, 2048> frame{};
  while (senders.size() < wanted && std::chrono::steady_clock::now() < end) {
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, 100) <= 0 || ::recv(fd, frame.data(), frame.size(), 0) < 14)
      continue;
    senders.insert(fmt::format("{:02x}", fmt::join(frame.begin() + 6, frame.begin() + 12, ":")));
  }
  ::close(fd);
  return senders;
}

std::size_t lines_with(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

} // namespace

TEST_CASE("races: a hundred launches at once end in one switch and one TAP, all connected", "[races]") {
  constexpr std::size_t launches = 100;
  const std::string before = snapshot();
  std::vector<Running> vms;
  vms.reserve(launches);
  for (std::size_t i = 0; i < launches; ++i)
    vms.emplace_back(std::vector<std::string>{bin_directory() + "/vdeup", "run", "--uplink", "bridge", "--",
                                              fake_vm(), "-name", "vm"});
  std::set<std::string> macs;
  for (Running& vm : vms) {
    const bool is_up = vm.wait_for("mgmt=");
    INFO(vm.output());
    if (!is_up)
      INFO(vm.finish().err);
    REQUIRE(is_up);
    macs.insert(vm.output().substr(vm.output().find("mac="), 21));
  }
  CHECK(macs.size() == launches); // one name, a hundred addresses
  CHECK(lines_with(list_switches(), "\n") == 1);
  CHECK(lines_with(run({"ip", "-o", "link", "show", "type", "tun"}).out, "tap") >= 1);
  CHECK(run({"ip", "link", "show", "tap1"}).status == 1);
  CHECK(senders_at("ctysbr0", launches, std::chrono::seconds{30}).size() == launches);

  const auto refused = run_vdeup({"cancel"});
  CHECK(refused.status == 1);
  CHECK(refused.err.find("and 95 more") != std::string::npos);
  vms.clear();
  REQUIRE(eventually([] { return run_vdeup({"ports"}).out.find("vm ") == std::string::npos; }));
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("races: create against cancel leaves a whole network or none", "[races]") {
  const std::string before = snapshot();
  constexpr int rounds = 50;
  int whole = 0;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    Running create{{bin_directory() + "/vdeup", "create"}};
    Running cancel{{bin_directory() + "/vdeup", "cancel", "--bridge"}};
    const auto created = create.finish();
    const auto cancelled = cancel.finish();
    INFO(created.err << cancelled.err);
    CHECK(created.status == 0);
    CHECK(cancelled.status == 0);
    const int check = run_vdeup({"check"}).status;
    CHECK((check == 0 || check == 2)); // 1 would be half a network
    if (check == 2)
      CHECK(changes_since(before) == "");
    whole += check == 0 ? 1 : 0;
  }
  WARN(whole << " of " << rounds << " rounds ended with the network, the others without");
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("races: users who create at once get a TAP each", "[races]") {
  needs_others();
  const std::string before = snapshot();
  const std::vector<std::string> users{"nobody", "daemon", "bin", "sys", "games", "man", "lp", "mail"};
  std::vector<Running> creates;
  for (const std::string& user : users)
    creates.emplace_back(std::vector<std::string>{bin_directory() + "/vdeup", "create", "-u", user});
  for (Running& create : creates) {
    const auto done = create.finish();
    INFO(done.err);
    CHECK(done.status == 0);
  }
  for (const std::string& user : users)
    CHECK(run_vdeup({"check", "-u", user}).status == 0);
  CHECK(lines_with(list_switches(), "\n") == users.size());
  for (const std::string& user : users)
    CHECK(run_vdeup({"cancel", "-u", user}).status == 0);
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}
