// A helper is a process of the caller's user, who may signal it whenever he likes, and his client as well.
// Here that is done between any two system calls of each request. What holds:
//
// 1. Signals that ask a process to end wait until the helper is asked for nothing, and then its client is
//    gone first: a step that has begun ends.
// 2. SIGKILL leaves a step that has happened or has not. The one exception is a bridge without its mark,
//    which the next call knows by its address.
// 3. A helper that is stopped, at whichever step, is in nobody else's way, and no TAP over the quota comes
//    of it.

#include "privilege/interrupted_request.hpp"
#include "support/catch.hpp"

#include <sys/syscall.h>

#include <algorithm>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

const std::string k_dir = hexadecimal("/var/tmp/vde_switch0.acue");

/// What another user does meanwhile, and another helper of the same one.
void check_others_go_on(Talk& berta, Talk& other) {
  for (Talk* talk : {&berta, &other}) {
    talk->say(line("create-tap tap40 1500 " + k_dir));
    REQUIRE(talk->answer() == "ok");
    talk->say(line("set-bridge tap40 mine"));
    REQUIRE(talk->answer() == "ok");
    talk->say(line("delete-tap tap40 " + k_dir));
    REQUIRE(talk->answer() == "ok");
  }
}

/// What comes of a request that nobody disturbs, while its client is there.
std::string facts_after(const RequestRow& row) {
  make_world(row, 16);
  Talk talk{k_acue};
  talk.say(line(row.request));
  REQUIRE(talk.answer() == row.answer);
  return facts();
}

} // namespace

TEST_CASE("interrupted: stopped at any moment of a request, a helper is in nobody's way and goes on",
          "[privilege]") {
  const auto& row = GENERATE(from_range(request_table()));
  CAPTURE(row.request);
  const Host host;
  const std::string after = facts_after(row);
  make_world(row, 16);
  Talk talk{k_acue};
  Talk other{k_acue};
  Talk berta{k_berta};
  InterruptedRequest request{talk, row};
  CHECK(!signal_as(k_berta, talk.helper(), "STOP"));
  while (request.advance()) {
    CAPTURE(request.calls());
    REQUIRE(signal_as(k_acue, talk.helper(), "TERM INT HUP QUIT STOP"));
    REQUIRE(request.tracer().run_into_stop());
    check_others_go_on(berta, other);
    REQUIRE(signal_as(k_acue, talk.helper(), "CONT"));
  }
  CHECK(request.finish() == row.answer);
  CHECK(request.calls() >= 1);
  CHECK(facts() == after);
}

TEST_CASE("interrupted: killed at any moment of a request, a helper has done it or has not", "[privilege]") {
  const auto& row = GENERATE(from_range(request_table()));
  CAPTURE(row.request);
  const Host host;
  const std::string after = facts_after(row);
  unsigned halves = 0;
  for (unsigned change = 1;; ++change) {
    CAPTURE(change);
    make_world(row, 16);
    const std::string before = facts();
    Talk talk{k_acue};
    InterruptedRequest request{talk, row};
    if (!request.advance_to_change(change))
      break;
    REQUIRE(signal_as(k_acue, talk.helper(), "KILL"));
    CHECK(!request.tracer().next_call());
    std::string now = facts();
    if (now != before && now != after) {
      ++halves;
      REQUIRE(!row.completed_by.empty());
      CHECK(has(Host::talk(k_acue, line(row.completed_by)), "ok\n"));
      now = facts();
      CHECK(now == after);
    }
  }
  CHECK((halves > 0) == !row.completed_by.empty());
}

TEST_CASE("interrupted: a client that is killed leaves a step that ends, and no helper", "[privilege]") {
  const auto& row = GENERATE(from_range(request_table()));
  CAPTURE(row.request);
  const Host host;
  const std::string after = facts_after(row); // and then without what lives with its client
  const bool is_lane = row.request.starts_with("open-tap");
  make_world(row, 16);
  const std::string before = facts();
  Talk talk{k_acue};
  InterruptedRequest request{talk, row};
  REQUIRE(request.advance());
  REQUIRE(signal_as(k_acue, std::to_string(talk.talker().pid()), "KILL"));
  request.tracer().let_go();
  CHECK(lab::eventually([] { return helpers().empty(); }));
  CHECK(facts() == (is_lane ? before : after));
}

TEST_CASE("interrupted: a client that is stopped before it reads the reply holds up nobody", "[privilege]") {
  const auto& row = GENERATE(from_range(request_table()));
  CAPTURE(row.request);
  const Host host;
  const std::string after = facts_after(row);
  make_world(row, 16);
  Talk talk{k_acue};
  Talk other{k_acue};
  Talk berta{k_berta};
  const std::string client = std::to_string(talk.talker().pid());
  InterruptedRequest request{talk, row};
  REQUIRE(request.advance());
  REQUIRE(signal_as(k_acue, client, "STOP"));
  REQUIRE(lab::eventually([&client] { return has(status_of(client, "State"), "stopped"); }));
  const auto waits = request.tracer().run_to(SYS_poll); // the step is done and the reply has been sent
  REQUIRE(waits);
  check_others_go_on(berta, other);
  CHECK(facts() == after);
  request.tracer().let_go();
  REQUIRE(signal_as(k_acue, client, "CONT"));
  REQUIRE(talk.wait_for_answers());
  CHECK(talk.answer() == row.answer);
}

TEST_CASE("interrupted: a helper that is stopped anywhere in a step brings no TAP over the quota",
          "[privilege]") {
  const std::string kind =
      GENERATE(as<std::string>{}, "create-tap", "open-tap mine 1500 1", "open-tap mine 1500 2");
  const Host host;
  const auto& rows = request_table();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&kind](const RequestRow& each) { return each.request.starts_with(kind); });
  REQUIRE(row != rows.end());
  unsigned refusals = 0;
  for (unsigned change = 1;; ++change) {
    CAPTURE(kind, change);
    make_world(*row, 1);
    Talk talk{k_acue};
    Talk other{k_acue};
    InterruptedRequest request{talk, *row};
    if (!request.advance_to_change(change))
      break;
    other.say(
        line("create-tap tap20 1500 " + k_dir)); // as much as the policy allows, while the first one waits
    const std::string answer = request.finish();
    refusals += has(answer, "may have 1 TAP at a time") ? 1U : 0U;
    CHECK((answer == row->answer) != (other.answer() == "ok"));
    CHECK(count_taps() == 1);
  }
  CHECK(refusals > 0);
}
