// For how long a client can keep a helper by being silent, or by not reading.

#include "privilege/channel.hpp"
#include "privilege/protocol.hpp"
#include "privilege/server.hpp"
#include "privilege/talk.hpp"
#include "privilege/tracer.hpp"
#include "support/catch.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <chrono>

using namespace privilege_lab;
using namespace std::chrono_literals;
using namespace vdeup;
using lab::k_acue;

namespace {

constexpr std::uint64_t k_silence = 300'000; // milliseconds: vdeup-helper(8)
constexpr std::uint64_t k_reply = 10'000;

struct Ends {
  UniqueFd client;
  UniqueFd helper;
};

Ends make_channel() {
  int ends[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Result<> serve(const Ends& ends, privilege::Patience patience) {
  auto handler = privilege::RequestHandler::open({.caller = {5001, 5001, "acue"}});
  REQUIRE(handler);
  return privilege::serve(ends.helper.get(), {5001, 5001, "acue"}, handler.value(), patience);
}

/// Send messages that nobody reads, until no more go in.
void fill(int channel) {
  while (::send(channel, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) {
  }
}

} // namespace

TEST_CASE("patience: a client that says nothing, or only a part of a request, ends the helper",
          "[privilege]") {
  const std::string said = GENERATE(as<std::string>{}, "", "vdeup-helper/2 hello", "vdeup-helper/2 set-up",
                                    "vdeup-helper/2 create-tap tap0 15");
  CAPTURE(said);
  const Ends ends = make_channel();
  if (!said.empty())
    REQUIRE(privilege::send_message(ends.client.get(), said, {}, Deadline::after(1s)));
  const auto begin = std::chrono::steady_clock::now();
  const auto served = serve(ends, {.silence = 200ms, .reply = 60s});
  const auto took = std::chrono::steady_clock::now() - begin;
  REQUIRE(!served);
  CHECK(served.error().kind() == ErrorKind::timed_out);
  CHECK(took >= 200ms);
  CHECK(took < 10s);
}

TEST_CASE("patience: a client that does not read what is sent to it ends the helper", "[privilege]") {
  const Ends ends = make_channel();
  fill(ends.helper.get());
  REQUIRE(privilege::send_message(ends.client.get(), "vdeup-helper/2 hello", {}, Deadline::after(1s)));
  const auto begin = std::chrono::steady_clock::now();
  const auto served = serve(ends, {.silence = 60s, .reply = 200ms});
  REQUIRE(!served);
  CHECK(served.error().kind() == ErrorKind::timed_out);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("patience: a helper waits five minutes for a request and ten seconds with a reply", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  Talk talk{k_acue};
  const auto pid = static_cast<pid_t>(std::stoi(talk.helper()));
  const auto wait_of = [](Tracer& tracer) {
    const auto call = tracer.run_to(SYS_poll);
    REQUIRE(call);
    const std::uint64_t timeout = call->arguments[2] & 0xffffffffU; // an int
    return timeout;
  };
  SECTION("a request") {
    Tracer tracer{pid};
    talk.begin(k_hello);
    const std::uint64_t timeout = wait_of(tracer);
    CHECK(timeout <= k_silence);
    CHECK(timeout > k_silence - 5'000);
    tracer.let_go();
    CHECK(talk.wait_for_answers());
  }
  SECTION("a reply, to a client that asks and does not read") {
    constexpr int most_replies = 5000; // far more than a socket holds
    Tracer tracer{pid};
    talk.begin("!flood\n");
    std::uint64_t timeout = wait_of(tracer);
    for (int i = 0; i < most_replies && timeout > k_reply; ++i)
      timeout = wait_of(tracer);
    CHECK(timeout <= k_reply);
    CHECK(timeout > k_reply - 5'000);
  }
}
