// SIGKILL at whatever moment: the host is as it was, or as it is to be, and always reachable.

#include "move/move_lab.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>

#include <thread>

using namespace lab;
using namespace move_lab;
using Kind = vdeup::nicmove::RecordStore::Kind;

namespace {

constexpr int k_moments = 24;
constexpr std::chrono::milliseconds k_span{240}; // in which a create of a sanitized build is done

/// Kill everybody who has to do with a move: the vdeups and the watchdogs of this namespace.
void kill_all_of_us(Running& create) {
  (void)run({"pkill", "-KILL", "-x", "vdeup"});
  (void)run({"pkill", "-KILL", "-x", "vdeup-watchdog"});
  (void)create.finish();
  REQUIRE(eventually([] { return run({"pgrep", "-x", "vdeup|vdeup-watchdog"}).status != 0; }));
}

} // namespace

TEST_CASE("deaths: create killed at any moment leaves a host that is whole", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  for (int moment = 0; moment < k_moments; ++moment) {
    Running create{{bin_directory() + "/vdeup", "create"}};
    std::this_thread::sleep_for(moment * k_span / k_moments);
    create.signal(SIGKILL);
    (void)create.finish();
    wait_for_watchdogs();
    CAPTURE(moment);
    CHECK(is_reachable(neighbourhood.far_host, "10.1.0.2"));
    CHECK(is_reachable(neighbourhood.far_host, "2001:db8:1::2"));
    if (has_record(Kind::open)) // killed before there was a watchdog, and before there was a change
      CHECK_FALSE(has(run({"ip", "-o", "link"}).out, "ctysbr0"));
    check_success(run_vdeup({"cancel", "--bridge", "-f"}));
    REQUIRE(changes_since(before) == "");
  }
}

TEST_CASE("deaths: with the watchdog killed as well, the next call makes it whole", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  int halves = 0;
  for (int moment = 0; moment < k_moments; ++moment) {
    Running create{{bin_directory() + "/vdeup", "create"}};
    std::this_thread::sleep_for(moment * k_span / k_moments);
    kill_all_of_us(create);
    CAPTURE(moment);
    halves += has_record(Kind::open) ? 1 : 0;
    check_success(run_vdeup({"cancel", "--bridge", "-f"}));
    CHECK(is_reachable(neighbourhood.far_host, "10.1.0.2"));
    CHECK_FALSE(has_record(Kind::open));
    REQUIRE(changes_since(before) == "");
  }
  WARN(fmt::format("{} of {} were half-way", halves, k_moments));
}

TEST_CASE("deaths: the next create finishes what was cut off, and then does its own", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  Running create{{bin_directory() + "/vdeup", "create", "--confirm", "30"}};
  REQUIRE(eventually([] { return has(run({"ip", "-o", "link"}).out, "master ctysbr0"); }));
  kill_all_of_us(create);
  REQUIRE(has_record(Kind::open));
  CHECK(has(run_vdeup({"info"}).err, "the move of eth0 into ctysbr0 was cut off"));
  const auto next = run_vdeup({"create"});
  INFO(next.err);
  CHECK(next.status == 0);
  CHECK(has(next.err, "the move of eth0 into ctysbr0 was taken back"));
  CHECK(has(next.out, "bridge ctysbr0                    created"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("deaths: a watchdog that waits alone for a confirmation is in nobody's way", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  const std::string words = "exec " + bin_directory() + "/vdeup create --confirm 30 2>/run/said";
  Running create{{"flock", "--no-fork", "/run/lock-of-who-calls", "sh", "-c", words}};
  REQUIRE(eventually([] { return run({"grep", "-q", "vdeup confirm", "/run/said"}).status == 0; }));
  create.signal(SIGKILL);
  (void)create.finish();
  CHECK(has_record(Kind::open));
  CHECK(run({"flock", "--nonblock", "/run/lock-of-who-calls", "true"}).status == 0);
  check_success(run_vdeup({"undo"}));
  check_success(run_vdeup({"cancel"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("deaths: a NIC that is renamed while its move waits leaves the host reachable, and comes back",
          "[move]") {
  const bool lives = GENERATE(true, false);
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  const auto rename = [](const std::string& from, const std::string& to) {
    ip("link set " + from + " down");
    ip("link set " + from + " name " + to);
    ip("link set " + to + " up");
  };
  Running create{{"sh", "-c", "exec " + bin_directory() + "/vdeup create --confirm 2 2>&1"}};
  REQUIRE(create.wait_for("`vdeup confirm`"));
  rename("eth0", "lan7");
  if (!lives)
    create.signal(SIGKILL);
  const auto ended = create.finish();
  INFO(ended.out);
  CHECK(ended.status == (lives ? 1 : 128 + SIGKILL));
  wait_for_watchdogs();
  CHECK(is_reachable(neighbourhood.far_host, "10.1.0.2"));
  CHECK(is_reachable(neighbourhood.far_host, "2001:db8:1::2"));
  CHECK(has_record(Kind::open));
  const auto next = run_vdeup({"undo"});
  CHECK(next.status == 1);
  CHECK(has(next.err, "eth0 is gone"));
  CHECK(is_reachable(neighbourhood.far_host, "10.1.0.2"));
  rename("lan7", "eth0");
  check_success(run_vdeup({"undo"}));
  CHECK_FALSE(has_record(Kind::open));
  check_success(run_vdeup({"cancel"})); // the lock of the one that was killed
  CHECK(changes_since(before) == "");
}
