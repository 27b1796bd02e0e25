#include "kernel/trouble.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

using namespace lab;

namespace {

void require_create_and_cancel_restore(const std::string& before) {
  const auto create = run_vdeup(for_owner({"create"}));
  INFO(create.out << create.err);
  REQUIRE(create.status == 0);
  REQUIRE(run_vdeup(for_owner({"check"})).status == 0);
  const auto cancel = run_vdeup(for_owner({"cancel", "--bridge"}));
  INFO(cancel.out << cancel.err);
  REQUIRE(cancel.status == 0);
  CHECK(changes_since(before) == "");
}

/// The plan from nothing: bridge, up (which has no undo of its own), TAP, port, up, switch.
constexpr int k_steps = 6;
/// And without a TAP: switch, slirp.
constexpr int k_slirp_steps = 2;

/// A slirp whose switch is gone is still about to end.
bool has_no_uplink_soon() {
  return eventually([] { return list_uplinks().empty(); });
}

void require_slirp_and_cancel_restore(const std::string& before) {
  const auto create = run_vdeup(for_owner({"create", "--uplink", "slirp"}));
  INFO(create.out << create.err);
  REQUIRE(create.status == 0);
  REQUIRE(run_vdeup(for_owner({"check"})).status == 0);
  REQUIRE(run_vdeup(for_owner({"cancel"})).status == 0);
  CHECK(changes_since(before) == "");
}

} // namespace

TEST_CASE("create: has as many steps as these tests strike at", "[kernel]") {
  Trouble none;
  REQUIRE(create_with(none));
  CHECK(none.step == k_steps);
}

TEST_CASE("create: failing at any step leaves everything as it was", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  const auto failed = create_with(trouble);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "injected at step");
  CHECK(changes_since(before) == "");
  require_create_and_cancel_restore(before);
}

TEST_CASE("create: killed after any step, the next call finds what was left", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::kill_after, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  die_in_create(trouble);
  SECTION("create goes on") {
    require_create_and_cancel_restore(before);
  }
  SECTION("cancel clears it") {
    const auto cancel = run_vdeup(for_owner({"cancel", "--bridge"}));
    INFO(cancel.out << cancel.err);
    CHECK(cancel.status == 0);
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("create: when undoing fails as well, the rest is undone and the next call repairs", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before,
                  .at = k_steps - 1,
                  .undo_fails_at = GENERATE(range(0, k_steps - 2))};
  CAPTURE(trouble.undo_fails_at);
  const auto failed = create_with(trouble);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "injected at step");
  CHECK(failed.error().hints().text().find("not undone: ") != std::string::npos);
  require_create_and_cancel_restore(before);
}

TEST_CASE("slirp: has as many steps as these tests strike at", "[kernel]") {
  Trouble none;
  REQUIRE(create_with(none, "slirp"));
  CHECK(none.step == k_slirp_steps);
}

TEST_CASE("slirp: failing at any step leaves everything as it was", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = GENERATE(range(0, k_slirp_steps))};
  CAPTURE(trouble.at);
  const auto failed = create_with(trouble, "slirp");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "injected at step");
  CHECK(changes_since(before) == "");
  require_slirp_and_cancel_restore(before);
}

TEST_CASE("slirp: killed after any step, the next call finds what was left", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::kill_after, .at = GENERATE(range(0, k_slirp_steps))};
  CAPTURE(trouble.at);
  die_in_create(trouble, "slirp");
  SECTION("create goes on") {
    require_slirp_and_cancel_restore(before);
  }
  SECTION("cancel clears it") {
    REQUIRE(run_vdeup(for_owner({"cancel"})).status == 0);
    CHECK(has_no_uplink_soon());
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("slirp: when undoing fails as well, the next call repairs", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = k_slirp_steps - 1, .undo_fails_at = 0};
  const auto failed = create_with(trouble, "slirp");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hints().text().find("not undone: ") != std::string::npos);
  require_slirp_and_cancel_restore(before);
}
