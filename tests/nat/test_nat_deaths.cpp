// A private network whose making fails, or dies, at each of its steps.

#include "kernel/trouble.hpp"
#include "nat/guests.hpp"
#include "support/catch.hpp"

using namespace nat_guests;
using lab::difference;
using lab::Trouble;
using lab::whole_snapshot;

namespace {

/// Bridge, up, the private network, dnsmasq, TAP, port, up, switch.
constexpr int k_steps = 8;

void require_good(const std::vector<std::string>& words) {
  const auto done = lab::run_vdeup(lab::for_owner(words));
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

void require_create_and_cancel_restore(const std::string& before) {
  require_good({"create", "--uplink", "nat"});
  require_good({"check"});
  require_good({"cancel"});
  CHECK(difference(before, whole_snapshot()) == "");
}

} // namespace

TEST_CASE("nat: has as many steps as these tests strike at", "[nat]") {
  needs_lab();
  Trouble none;
  REQUIRE(lab::create_with(none, "nat"));
  CHECK(none.step == k_steps);
}

TEST_CASE("nat: failing at any step leaves everything as it was", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  const auto failed = lab::create_with(trouble, "nat");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "injected at step");
  CHECK(difference(before, whole_snapshot()) == "");
  require_create_and_cancel_restore(before);
}

TEST_CASE("nat: killed after any step, the next call finds what was left", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  Trouble trouble{.kind = Trouble::Kind::kill_after, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  lab::die_in_create(trouble, "nat");
  SECTION("create goes on") {
    require_create_and_cancel_restore(before);
  }
  SECTION("cancel clears it") {
    require_good({"cancel"});
    CHECK(difference(before, whole_snapshot()) == "");
  }
}

TEST_CASE("nat: when undoing fails as well, the rest is undone and the next call repairs", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before,
                  .at = k_steps - 1,
                  .undo_fails_at = GENERATE(range(0, k_steps - 2))};
  CAPTURE(trouble.undo_fails_at);
  const auto failed = lab::create_with(trouble, "nat");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hints().text().find("not undone: ") != std::string::npos);
  require_create_and_cancel_restore(before);
}
