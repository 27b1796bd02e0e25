#include "engine/apply.hpp"
#include "engine/no_hosts.hpp"
#include "support/catch.hpp"
#include "support/fake_host.hpp"

#include <csignal>

using namespace vdeup;
using namespace vdeup::engine;

namespace {

const IfName k_a = IfName::parse("a").value();
const IfName k_b = IfName::parse("b").value();
const IfName k_c = IfName::parse("c").value();

PlannedStep up(const IfName& name, bool reversible = true) {
  PlannedStep planned{Step{LinkStep{SetUp{name}}}, std::nullopt};
  if (reversible)
    planned.undo = Step{LinkStep{SetDown{name}}};
  return planned;
}

struct Bench {
  lab::FakeHost links;
  engine::NoSwitches switches;
  NoNats nats;
  Journal journal;
  Result<> apply(const Plan& plan, const std::function<Result<>()>& prove = {}) {
    return engine::apply(plan, {links, switches, nats}, journal, prove);
  }
};

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("apply: undoes done steps in reverse when the third fails", "[engine]") {
  Bench bench;
  bench.links.failing = {"set c up"};
  const auto outcome = bench.apply({up(k_a), up(k_b), up(k_c)});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().what() == "failed to set c up");
  CHECK(bench.links.done == Words{"set a up", "set b up", "set b down", "set a down"});
}

TEST_CASE("apply: where undoing would do harm, all stays and the reason is told once", "[engine]") {
  Bench bench;
  bench.links.failing = {"set c up"};
  const auto never = []() -> Result<> { return fail(Error{ErrorKind::conflict, "the NIC is gone", {}, {}}); };
  const auto outcome = engine::apply({up(k_a), up(k_b), up(k_c)}, {bench.links, bench.switches, bench.nats},
                                     bench.journal, {}, never);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().what() == "failed to set c up");
  CHECK(outcome.error().hints().text() == "nothing was undone: the NIC is gone");
  CHECK(bench.links.done == Words{"set a up", "set b up"});
  CHECK(bench.journal.left_behind().size() == 2);
}

TEST_CASE("apply: what has no undo is left as it is", "[engine]") {
  Bench bench;
  bench.links.failing = {"set c up"};
  REQUIRE_FALSE(bench.apply({up(k_a), up(k_b, false), up(k_c)}));
  CHECK(bench.links.done == Words{"set a up", "set b up", "set a down"});
}

TEST_CASE("apply: a failed undo does not stop the others, and the first error is the one reported",
          "[engine]") {
  Bench bench;
  bench.links.failing = {"set c up", "set b down"};
  const auto outcome = bench.apply({up(k_a), up(k_b), up(k_c)});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().what() == "failed to set c up");
  CHECK(outcome.error().hints().text().find("not undone: set b up") != std::string::npos);
  CHECK(bench.links.done == Words{"set a up", "set b up", "set a down"});
  CHECK(bench.journal.left_behind().size() == 1);
}

TEST_CASE("apply: a proof that fails undoes everything", "[engine]") {
  Bench bench;
  const auto outcome = bench.apply({up(k_a)}, [] {
    return Result<>{fail(Error{ErrorKind::failed, "not so", {}, {}})};
  });
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().what() == "not so");
  CHECK(bench.links.done == Words{"set a up", "set a down"});
}

TEST_CASE("apply: a signal between two steps undoes the first", "[engine]") {
  static bool got_signal = false;
  std::signal(SIGTERM, [](int) { got_signal = true; });
  Bench bench;
  Journal journal{[&](const PlannedStep&, const Journal::Entry& entry) {
    if (entry.step == 0 && entry.state == Journal::State::done)
      std::raise(SIGTERM);
  }};
  const auto outcome = engine::apply({up(k_a), up(k_b)}, {bench.links, bench.switches, bench.nats}, journal);
  REQUIRE_FALSE(outcome);
  CHECK(bench.links.done == Words{"set a up", "set a down"});
  CHECK(got_signal); // only held back, not swallowed
}
