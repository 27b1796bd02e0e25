// The part of the helper that stays root's, and the watchdog of a move: no caller ends them half-way, holds
// them up, or has more of them than the policy says.

#include "privilege/nic_host.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace privilege_lab;
using lab::k_acue;

TEST_CASE("nic: whoever of those at a move is killed before its proof, the host is as it was",
          "[privilege]") {
  const NicHost lab;
  needs("nc");
  // With an answer nothing is missing but who wants the move; without one nobody waits for its time to be
  // over.
  const auto [killed, is_answered] =
      GENERATE(table<std::string, bool>({{"client", false},
                                         {"client", true},
                                         {"vdeup-helper", false},
                                         {"vdeup-monitor", true},
                                         {"vdeup-(monitor|watchdog)", false}}));
  const std::string before = lab::snapshot();
  const lab::Running asked_before = lab.answer_once();
  lab::Running talking =
      start_talk_by_sudo(k_acue, k_hello + line("move-nic-in ctysbr0 eth0 0" + k_who_answers_once + " 60 -"));
  REQUIRE(lab::eventually([] { return exists("ctysbr0"); }));
  INFO(killed);
  if (killed == "client")
    talking.signal(SIGKILL);
  else if (killed == "vdeup-helper")
    REQUIRE(signal_as(k_acue, helpers().at(0), "KILL"));
  else
    REQUIRE(lab::run({"pkill", "-KILL", killed}).status == 0);
  (void)talking.finish();
  std::optional<lab::Running> answers;
  if (is_answered)
    answers.emplace(lab.answer_once());
  CHECK(lab::eventually(is_quiet));
  CHECK_FALSE(has_record(Kind::kept));
  if (has_record(Kind::open)) { // nobody has been left to take it back
    CHECK(killed == "vdeup-(monitor|watchdog)");
    CHECK(Host::vdeup(k_acue, {"undo"}).status == 0);
  }
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: the monitor is root's, and out of the caller's reach", "[privilege]") {
  const NicHost lab;
  lab::Running talking = start_talk_by_sudo(k_acue, k_hello);
  std::string monitor;
  REQUIRE(lab::eventually([&] {
    monitor = lab::run({"pgrep", "vdeup-monitor"}).out;
    return !monitor.empty();
  }));
  monitor.pop_back();
  REQUIRE(
      lab::eventually([&] { return has(status_of(monitor, "NoNewPrivs"), "1"); })); // the last that it does
  CHECK(has(status_of(monitor, "Uid"), "\t0\t0\t0\t0"));
  const std::string capabilities =
      status_of(monitor, "CapEff"); // without CAP_SYS_RESOURCE in some containers
  CHECK((capabilities == "\t0000008001087004" || capabilities == "\t0000008000087004"));
  for (const char* signal : {"TERM", "KILL", "STOP", "HUP"})
    CHECK_FALSE(signal_as(k_acue, monitor, signal));
  CHECK(lab::run({"cat", "/proc/" + monitor + "/environ"}, {.user = k_acue}).status != 0);
  CHECK(helpers().size() == 1);
  CHECK(has(status_of(helpers().front(), "Uid"), "\t5001\t5001\t5001\t5001"));
  talking.signal(SIGKILL);
  (void)talking.finish();
  CHECK(lab::eventually(is_quiet));
}

TEST_CASE("nic: there is no monitor for whom no line lets move a NIC", "[privilege]") {
  const NicHost lab;
  Host::set_policy("allow user acue bridge * all\ndeny all bridge * nic\n");
  lab::Running talking = start_talk_by_sudo(k_acue, k_hello);
  REQUIRE(lab::eventually([] { return !helpers().empty(); }));
  REQUIRE(talking.wait_for("ok"));
  CHECK(lab::run({"pgrep", "vdeup-monitor"}).status != 0);
  talking.signal(SIGKILL);
  (void)talking.finish();
}

TEST_CASE("nic: limits and signals that the caller has set do not end a move half-way", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  const std::string limits = GENERATE("ulimit -l 0; ulimit -u 60; ulimit -n 256", "ulimit -f 0");
  lab::Running create = start_script("trap '' INT TERM HUP CHLD XFSZ; " + limits + "; exec \"$0\" create");
  const auto created = create.finish();
  INFO(created.out << created.err);
  if (created.status == 0) {
    CHECK(has_record(Kind::kept));
    CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  } else { // where root may not lift a limit, the way back cannot be written down
    CHECK(has(created.err, "File too large"));
  }
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: how a caller has his processes run does not make the watchdog late", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  lab::Running create = start_script("echo 3600000000000 > /proc/self/timerslack_ns; "
                                     "exec chrt -i 0 \"$0\" create --confirm 1");
  const auto expired = create.finish();
  INFO(expired.err);
  CHECK(expired.status == 1);
  CHECK(has(expired.err, "no `vdeup confirm` came within 1 s"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: a frozen control group of the caller's holds up nobody but him", "[privilege]") {
  const NicHost lab;
  const std::string group = "/sys/fs/cgroup/unified/vdeup-test-" + std::to_string(::getpid());
  if (!std::filesystem::exists("/sys/fs/cgroup/unified/cgroup.procs") || ::mkdir(group.c_str(), 0755) != 0)
    lab::skip("needs control groups of the second version beside the first, to write to");
  const std::string before = lab::snapshot();
  lab::Running waiting = start_script("echo 0 > " + group +
                                          "/cgroup.procs; exec setpriv --reuid 5001 --regid 5001 "
                                          "--clear-groups \"$0\" create --confirm 3",
                                      std::nullopt);
  CHECK(lab::eventually([] { return exists("ctysbr0"); }));
  std::ofstream{group + "/cgroup.freeze"} << "1\n" << std::flush;
  CHECK(lab::eventually([] { return !exists("ctysbr0"); }));
  std::ofstream{group + "/cgroup.freeze"} << "0\n" << std::flush;
  CHECK(waiting.finish().status == 1);
  CHECK(lab::changes_since(before) == "");
  CHECK(lab::eventually([&] { return ::rmdir(group.c_str()) == 0; }));
}

TEST_CASE("nic: who asks to confirm what is not proven is told so, however many do", "[privilege]") {
  const NicHost lab;
  needs("nc");
  const std::string before = lab::snapshot();
  const lab::Running asked_before = lab.answer_once();
  lab::Running talking = start_talk_by_sudo(
      k_acue, k_hello + line("move-nic-in ctysbr0 eth0 0" + k_who_answers_once + " 60 600"));
  REQUIRE(lab::eventually([] { return exists("ctysbr0"); }));
  for (int i = 0; i < 8; ++i) {
    const auto confirmed = lab::run_vdeup({"confirm"});
    CHECK(confirmed.status == 1);
    CHECK(has(confirmed.err, "the move is not proven yet"));
  }
  CHECK(Host::vdeup(k_acue, {"confirm"}).status == 1);
  talking.signal(SIGKILL);
  (void)talking.finish();
  CHECK(lab::eventually(is_quiet));
  CHECK(lab::changes_since(before) == "");
}
