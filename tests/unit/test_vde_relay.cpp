#include "support/catch.hpp"
#include "vde/relay.hpp"

#include <sys/socket.h>

#include <array>
#include <string>

using namespace vdeup;
using namespace vdeup::vde;

namespace {

struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

Pair make_pair(int type) {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// The switch's side of a connection.
struct FakeSwitch {
  UniqueFd data;
  UniqueFd control;
};

Attachment attach_to(FakeSwitch& fake) {
  Pair data = make_pair(SOCK_DGRAM);
  Pair control = make_pair(SOCK_STREAM);
  fake = {std::move(data.theirs), std::move(control.theirs)};
  return {std::move(data.ours), std::move(control.ours)};
}

void send(int fd, const std::string& frame) {
  REQUIRE(::send(fd, frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size()));
}

std::string receive(int fd) {
  std::array<char, 2048> frame{};
  const ssize_t size = ::recv(fd, frame.data(), frame.size(), MSG_DONTWAIT);
  return size < 0 ? "" : std::string(frame.data(), static_cast<std::size_t>(size));
}

/// One turn of the loop, without waiting longer than the relay wants.
void turn(Relay& relay, int most_ms = 0) {
  std::array<pollfd, Relay::k_poll_entries> entries{};
  relay.fill(entries.data());
  const int wanted = relay.poll_timeout();
  (void)::poll(entries.data(), entries.size(), wanted < 0 ? most_ms : std::min(wanted, most_ms));
  relay.handle(entries.data());
}

} // namespace

TEST_CASE("relay: frames come through whole, in order and both ways", "[vde]") {
  FakeSwitch fake;
  auto relay = Relay::make(attach_to(fake), [] { return fail(Error{ErrorKind::failed, "no switch", {}}); });
  REQUIRE(relay);
  for (int i = 0; i < 5; ++i)
    send(relay.value().vm_end(), "out " + std::to_string(i));
  send(fake.data.get(), std::string(1514, 'i'));
  turn(relay.value());
  for (int i = 0; i < 5; ++i)
    CHECK(receive(fake.data.get()) == "out " + std::to_string(i));
  CHECK(receive(relay.value().vm_end()) == std::string(1514, 'i'));
}

TEST_CASE("relay: a side that is full is waited for, and nothing is lost", "[vde]") {
  FakeSwitch fake;
  auto made = Relay::make(attach_to(fake), [] { return fail(Error{ErrorKind::failed, "no switch", {}}); });
  REQUIRE(made);
  Relay& relay = made.value();
  int sent = 0;
  int received = 0;
  for (int round = 0; round < 200; ++round) { // the queue of a socket has room for ten or so
    const std::string frame = "frame " + std::to_string(sent);
    if (::send(relay.vm_end(), frame.data(), frame.size(), MSG_DONTWAIT) > 0)
      ++sent;
    turn(relay);
    if (round % 3 == 0)
      if (const std::string got = receive(fake.data.get()); !got.empty())
        REQUIRE(got == "frame " + std::to_string(received++));
  }
  for (int round = 0; round < 200; ++round) {
    turn(relay);
    if (const std::string got = receive(fake.data.get()); !got.empty())
      REQUIRE(got == "frame " + std::to_string(received++));
  }
  CHECK(received == sent);
  CHECK(sent > 30);
}

TEST_CASE("relay: finds the switch again, and the VM's end stays the same", "[vde]") {
  FakeSwitch fake;
  int tries = 0;
  auto made = Relay::make(attach_to(fake), [&]() -> Result<Attachment> {
    if (++tries < 3)
      return fail(Error{ErrorKind::failed, "no switch", {}});
    return attach_to(fake);
  });
  REQUIRE(made);
  Relay& relay = made.value();
  const int vm_end = relay.vm_end();
  fake = {};
  turn(relay);
  CHECK_FALSE(relay.is_connected());
  send(vm_end, "into nowhere"); // as into a cable without a switch
  for (int round = 0; round < 50 && !relay.is_connected(); ++round)
    turn(relay, 1000);
  REQUIRE(relay.is_connected());
  CHECK(tries == 3);
  CHECK(relay.vm_end() == vm_end);
  send(vm_end, "again");
  turn(relay);
  CHECK(receive(fake.data.get()) == "again");
}
