#include "nic/transaction_lab.hpp"
#include "nicmove/watchdog_process.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

using namespace lab;

namespace {

/// Who makes a move, and what happens to it.
struct Drama {
  std::size_t fails_at = k_never;
  std::size_t undo_fails_at = k_never;
  std::size_t trouble_after = k_never;
  std::function<void(pid_t watchdog)> trouble{};
  vd::Result<> (*prove)(const vd::Deadline&) = [](const vd::Deadline&) -> vd::Result<> { return vd::ok(); };
  std::optional<std::chrono::seconds> confirm{};
  std::function<void()> on_wait = [] {};
  std::chrono::seconds timeout{10};
};

vd::Result<> perform(const Beginning& beginning, const Drama& drama) {
  const auto store = locked_store();
  auto hosts = open_hosts().value();
  const auto real = std::exchange(hosts.links, nullptr);
  auto troubled = std::make_unique<TroubledLinks>(*real);
  pid_t watchdog = -1;
  troubled->fails_at = drama.fails_at;
  troubled->undo_fails_at = drama.undo_fails_at;
  troubled->trouble_after = drama.trouble_after;
  troubled->trouble = [&] { drama.trouble(watchdog); };
  hosts.links = std::move(troubled);
  vd::engine::Journal journal;
  return tx::run_transaction(store,
                             {.move = beginning.move(),
                              .plan = beginning.plan(),
                              .timeout = drama.timeout,
                              .confirm = drama.confirm},
                             hosts, open_hosts, journal,
                             {.prove = drama.prove,
                              .on_wait = [&](std::chrono::seconds) { drama.on_wait(); },
                              .on_watchdog = [&](pid_t pid) { watchdog = pid; }});
}

/// The same in a process that may die of it; its wait status.
int perform_apart(const Beginning& beginning, const Drama& drama) {
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(perform(beginning, drama) ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

void kill_self(pid_t /*watchdog*/) {
  ::kill(::getpid(), SIGKILL);
}

/// End the watchdog, and be sure that it has ended: it is a child of ours.
void kill_watchdog(pid_t watchdog) {
  ::kill(watchdog, SIGKILL);
  siginfo_t info{};
  (void)::waitid(P_PID, static_cast<id_t>(watchdog), &info, WEXITED | WNOWAIT);
}

void kill_both(pid_t watchdog) {
  kill_watchdog(watchdog);
  kill_self(0);
}

/// Say a word on the socket for confirmations; the answer, or 0.
char say(const tx::RecordStore& store, char word) {
  const auto connected = store.connect();
  if (!connected || !connected.value())
    return 0;
  const auto& socket = *connected.value();
  if (::send(socket.get(), &word, 1, MSG_NOSIGNAL) != 1)
    return 0;
  char answer = 0;
  return ::recv(socket.get(), &answer, 1, 0) == 1 ? answer : '\0';
}

} // namespace

TEST_CASE("transaction: a proven move is kept, with the way back in its record", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const auto kept = perform(beginning, {});
  INFO((kept ? "" : kept.error().message()));
  REQUIRE(kept);
  const auto store = locked_store();
  CHECK_FALSE(store.has(Kind::open));
  const auto record = store.read(Kind::kept).value();
  REQUIRE(record);
  CHECK(record->move.direction == direction);
  REQUIRE(record->undo);
  CHECK(record->undo->direction != direction);
  CHECK(record->undo->source.name.str() == (direction == vd::NicMove::Direction::in ? "ctysbr0" : "eth0"));
  CHECK(differences(record->undo->source, beginning.mover.look(record->undo->source.name.str())) == "");
  forget(store);
}

TEST_CASE("transaction: when its process is killed after any step, the watchdog takes it back", "[nic]") {
  for_each_step([](const Beginning& beginning, std::size_t step) {
    REQUIRE(WIFSIGNALED(perform_apart(beginning, {.trouble_after = step, .trouble = kill_self})));
    const auto store = locked_store(); // the watchdog is done
    REQUIRE(beginning.changes() == "");
    CHECK_FALSE(store.has(Kind::open));
    CHECK(store.has(Kind::rolled_back)); // and there is something to tell
    forget(store);
  });
}

TEST_CASE("transaction: when its watchdog is killed after any step, nothing is kept", "[nic]") {
  for_each_step([](const Beginning& beginning, std::size_t step) {
    const auto failed = perform(beginning, {.trouble_after = step, .trouble = kill_watchdog});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message() == "cannot keep the move: its watchdog is gone");
    REQUIRE(beginning.changes() == "");
    CHECK_FALSE(locked_store().has(Kind::open));
  });
}

TEST_CASE("transaction: when both are killed after any step, the next call takes it back", "[nic]") {
  for_each_step([](const Beginning& beginning, std::size_t step) {
    REQUIRE(WIFSIGNALED(perform_apart(beginning, {.trouble_after = step, .trouble = kill_both})));
    const auto store = locked_store();
    REQUIRE(store.has(Kind::open));
    const auto finished = tx::roll_back_interrupted(store, open_hosts().value());
    INFO((finished ? "" : finished.error().message()));
    REQUIRE(finished);
    REQUIRE(finished.value());
    REQUIRE(beginning.changes() == "");
    CHECK_FALSE(store.has(Kind::open));
    CHECK_FALSE(tx::roll_back_interrupted(store, open_hosts().value()).value()); // and is done with it
  });
}

TEST_CASE("transaction: when an undo fails as well, the watchdog brings back what is left", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vd::Plan plan = beginning.plan();
  const auto undos = static_cast<std::size_t>(std::count_if(
      plan.begin(), plan.end() - 1, [](const vd::PlannedStep& planned) { return planned.undo; }));
  REQUIRE(undos > 10);
  for (std::size_t undo = 0; undo < undos; ++undo) {
    CAPTURE(undo);
    const auto failed = perform(beginning, {.fails_at = plan.size() - 1, .undo_fails_at = undo});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().hints().text().find("not undone: ") != std::string::npos);
    CHECK(failed.error().hints().text().find("the watchdog has brought back what was left") !=
          std::string::npos);
    REQUIRE(beginning.changes() == "");
    const auto store = locked_store();
    CHECK_FALSE(store.has(Kind::open));
    CHECK_FALSE(store.has(Kind::rolled_back)); // its user was told
  }
}

TEST_CASE("transaction: when neither undo nor watchdog can, the record stays for the next call", "[nic]") {
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const std::size_t steps = beginning.plan().size();
  const auto failed = perform(
      beginning, {.fails_at = steps - 1, .undo_fails_at = 3, .trouble_after = 5, .trouble = kill_watchdog});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hints().text().find("`vdeup undo` goes on with it") != std::string::npos);
  const auto store = locked_store();
  REQUIRE(store.has(Kind::open));
  REQUIRE(beginning.changes() != "");
  REQUIRE(tx::roll_back_interrupted(store, open_hosts().value()));
  CHECK(beginning.changes() == "");
}

TEST_CASE("transaction: what is not proven is undone", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const auto failed = perform(beginning, {.prove = [](const vd::Deadline&) -> vd::Result<> {
                                return vd::fail(vd::Error{vd::ErrorKind::timed_out, "no proof", {}, {}});
                              }});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "no proof");
  CHECK(beginning.changes() == "");
  CHECK_FALSE(locked_store().has(Kind::open));
}

TEST_CASE("transaction: a process that is stuck is ended, and its move taken back", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const auto began = std::chrono::steady_clock::now();
  const int status = perform_apart(
      beginning, {.trouble_after = 9, .trouble = [](pid_t) { ::kill(::getpid(), SIGSTOP); }, .timeout = 1s});
  CHECK(WIFSIGNALED(status));
  const auto store = locked_store();
  CHECK(beginning.changes() == "");
  CHECK(store.has(Kind::rolled_back));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  forget(store);
}

TEST_CASE("transaction: a move is kept when it is confirmed, whether its process lives or not", "[nic]") {
  const bool lives = GENERATE(true, false);
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const auto on_wait = [lives] {
    if (::fork() != 0)
      return lives ? void() : kill_self(0);
    // A fresh login; it must not be the one that was cut off.
    char answer = 0;
    for (int i = 0; i < 100 && answer == 0; ++i) {
      answer = say(open_store(), tx::line::yes);
      ::usleep(answer == 0 ? 20'000 : 0);
    }
    ::_exit(answer == tx::line::kept ? 0 : 1);
  };
  const int status = perform_apart(beginning, {.confirm = 10s, .on_wait = on_wait});
  CHECK(WIFSIGNALED(status) == !lives);
  CHECK((!lives || WEXITSTATUS(status) == 0));
  const auto store = locked_store();
  CHECK(store.has(Kind::kept));
  CHECK(beginning.mover.look("eth0").master == name_of("ctysbr0"));
  forget(store);
}

TEST_CASE("transaction: a move that nobody confirms is taken back, whether its process lives or not",
          "[nic]") {
  const bool lives = GENERATE(true, false);
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const int status =
      perform_apart(beginning, {.confirm = 1s, .on_wait = [lives] { return lives ? void() : kill_self(0); }});
  CHECK(WIFSIGNALED(status) == !lives);
  CHECK((!lives || WEXITSTATUS(status) == 1));
  const auto store = locked_store();
  CHECK(beginning.changes() == "");
  CHECK_FALSE(store.has(Kind::open));
  CHECK(store.has(Kind::rolled_back) == !lives); // else its user was told
  CHECK(say(store, tx::line::yes) == '\0');      // too late
  forget(store);
}

TEST_CASE("transaction: a move whose user says no is taken back at once", "[nic]") {
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const auto on_wait = [] {
    if (::fork() == 0)
      ::_exit(say(open_store(), tx::line::no) == tx::line::rejected ? 0 : 1);
  };
  const auto refused = perform(beginning, {.confirm = 10s, .on_wait = on_wait});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == vd::ErrorKind::refused);
  CHECK(beginning.changes() == "");
}
