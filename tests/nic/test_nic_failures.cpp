#include "nic/beginning.hpp"
#include "nicmove/record.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lab;
namespace vd = vdeup;

namespace {

/// What another process reads back after this one died.
vd::NicMove read_back(const vd::NicMove& move) {
  auto place = vd::nicmove::NetworkId::current();
  REQUIRE(place);
  auto read = vd::nicmove::parse_record(vd::nicmove::to_text({std::move(place).value(), move}));
  INFO((read ? "" : read.error().message()));
  REQUIRE(read);
  return std::move(read).value().move;
}

void die_after(std::size_t step, const vd::Plan& plan) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Mover mover; // with sockets of its own
    TroubledLinks links{mover.links()};
    links.trouble_after = step;
    (void)Mover::apply_on(links, plan);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

} // namespace

TEST_CASE("nic: failing at any step leaves everything as it was", "[nic]") {
  for_each_step([](const Beginning& beginning, std::size_t step) {
    TroubledLinks links{beginning.mover.links()};
    links.fails_at = step;
    const auto failed = Mover::apply_on(links, beginning.plan());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().what() == "injected");
    CHECK(failed.error().hints().text() == "");
    REQUIRE(beginning.changes() == "");
  });
}

TEST_CASE("nic: killed after any step, the record alone brings everything back", "[nic]") {
  std::optional<vd::NicMove> record;
  for_each_step([&record](const Beginning& beginning, std::size_t step) {
    if (!record) // before the first death
      record = read_back(beginning.move());
    die_after(step, beginning.plan());
    CHECK(beginning.mover.restore(*record) == "");
    REQUIRE(beginning.changes() == "");
    CHECK(beginning.mover.restore(*record) == ""); // and again, with nothing to do
    REQUIRE(beginning.changes() == "");
  });
}

TEST_CASE("nic: when an undo fails as well, the record brings back what is left", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vd::Plan plan = beginning.plan();
  const vd::NicMove record = read_back(beginning.move());
  const auto undos = static_cast<std::size_t>(std::count_if(
      plan.begin(), plan.end() - 1, [](const vd::PlannedStep& planned) { return planned.undo; }));
  REQUIRE(undos > 10);
  for (std::size_t undo = 0; undo < undos; ++undo) {
    TroubledLinks links{beginning.mover.links()};
    links.fails_at = plan.size() - 1;
    links.undo_fails_at = undo;
    CAPTURE(undo);
    const auto failed = Mover::apply_on(links, beginning.plan());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().hints().text().find("not undone: ") != std::string::npos);
    CHECK(beginning.mover.restore(record) == "");
    REQUIRE(beginning.changes() == "");
  }
}
