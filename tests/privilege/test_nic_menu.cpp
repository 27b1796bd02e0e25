// NICs of the host, moved for an ordinary user by the part of the helper that stays root's: for whom the
// policy allows it, and against who wants more.

#include "nic/nic_lab.hpp"
#include "privilege/talk.hpp"
#include "privilege/ways_lab.hpp"
#include "transaction/record_store.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
using Kind = vdeup::transaction::RecordStore::Kind;

namespace {

const std::string k_policy = "allow user acue bridge ctysbr0 tap,bridge,nic\n"
                             "allow user berta bridge ctysbr0 tap,bridge\n"
                             "allow user berta bridge ctysbr7 nic\n";

/// A host with a NIC that has all that is told from a record, a real sudo that lets users start the helper,
/// and perhaps a file capability as well, which is the way that is tried first.
struct NicHost {
  explicit NicHost(Capability capability = Capability::none) : host(capability) {
    let_sudo("acue ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n" +
             "berta ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
    Host::set_policy(k_policy);
    lab::Neighbourhood::give_addresses();
    lab::ip("address add 10.1.0.3/24 dev eth0 label eth0:one");
    lab::ip("route add default via 10.1.0.1 metric 200 src 10.1.0.3");
    lab::settle();
  }

  /// The words of a program that runs far away.
  [[nodiscard]] std::vector<std::string> at_far_host(const std::vector<std::string>& program) const {
    std::vector<std::string> words{"nsenter",
                                   "--net=/proc/" + std::to_string(neighbourhood.far_host.pid()) + "/ns/net"};
    words.insert(words.end(), program.begin(), program.end());
    return words;
  }

  Host host;
  lab::Neighbourhood neighbourhood{};
};

bool is_port(const std::string& nic, const std::string& bridge) {
  return has(show(nic), "master " + bridge);
}

bool has_record(Kind kind) {
  auto store = vdeup::transaction::RecordStore::open(false);
  REQUIRE(store);
  return store.value() && store.value()->has(kind);
}

/// What a helper that sudo starts answers to these lines.
std::string talk_by_sudo(const lab::User& user, const std::string& lines) {
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = user}};
  talking.write(lines);
  const auto done = talking.finish();
  return done.out + done.err;
}

const std::string k_gently = " 0 10 - 0"; // terms: no force, ten seconds, nothing to confirm, nobody to ask

/// Nobody of vdeup's is left that could change the network.
bool is_quiet() {
  return lab::run({"pgrep", "vdeup-helper|vdeup-monitor|vdeup-watchdog"}).status != 0;
}

} // namespace

TEST_CASE("nic: an allowed user's create moves the NIC through sudo, and cancel gives it back",
          "[privilege]") {
  const Capability capability = GENERATE(Capability::none, Capability::given);
  const NicHost lab{capability};
  const std::string before = lab::snapshot();
  const auto created = Host::vdeup(k_acue, {"create"});
  INFO(created.out << created.err);
  REQUIRE(created.status == 0);
  CHECK(is_port("eth0", "ctysbr0"));
  CHECK(has(created.err, "eth0 is in it: the default route leads out of it"));
  CHECK(has(lab::run({"ip", "address", "show", "ctysbr0"}).out, "10.1.0.3/24"));
  CHECK(is_port("tap0", "ctysbr0"));
  CHECK(Host::vdeup(k_acue, {"create"}).status == 0);
  const auto cancelled = Host::vdeup(k_acue, {"cancel", "--bridge"});
  INFO(cancelled.out << cancelled.err);
  CHECK(cancelled.status == 0);
  CHECK(has(cancelled.out, "give what ctysbr0 had back to eth0, and delete ctysbr0"));
  CHECK(lab::changes_since(before) == "");
  CHECK(lab::eventually(is_quiet));
}

TEST_CASE("nic: undo takes the move back, and confirm keeps one that waits", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel"}).status == 0);
  const auto undone = Host::vdeup(k_acue, {"undo"});
  INFO(undone.err);
  CHECK(undone.status == 0);
  CHECK(undone.out == "eth0 has what ctysbr0 had\n");
  CHECK(lab::changes_since(before) == "");
  CHECK(Host::vdeup(k_acue, {"undo"}).status == 2); // nothing is on record

  lab::Running waiting{
      {"sh", "-c", "exec \"$0\" create --confirm 60 2>&1", std::string{k_prefix} + "/bin/vdeup"},
      {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}}};
  REQUIRE(waiting.wait_for("run `vdeup confirm` within 60 s"));
  const auto foreign = Host::vdeup(k_berta, {"confirm"}); // who may not have made it
  CHECK(foreign.status == 1);
  CHECK(has(foreign.err, "allows 'nic' on ctysbr0 to berta"));
  CHECK(Host::vdeup(k_berta, {"undo"}).status == 1);
  CHECK(has_record(Kind::open));
  CHECK(Host::vdeup(k_acue, {"confirm"}).status == 0);
  CHECK(waiting.finish().status == 0);
  CHECK(has_record(Kind::kept));
  CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: what is not confirmed goes back, also when the user says no", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  const auto expired = Host::vdeup(k_acue, {"create", "--confirm", "1"});
  INFO(expired.err);
  CHECK(expired.status == 1);
  CHECK(has(expired.err, "no `vdeup confirm` came within 1 s"));
  CHECK(lab::changes_since(before) == "");
  lab::Running waiting{
      {"sh", "-c", "exec \"$0\" create --confirm 60 2>&1", std::string{k_prefix} + "/bin/vdeup"},
      {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}}};
  REQUIRE(waiting.wait_for("run `vdeup confirm` within 60 s"));
  CHECK(Host::vdeup(k_acue, {"undo"}).status == 0);
  CHECK(waiting.finish().status == 1);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: who may not is told the line, and what he can have", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  const auto refused = Host::vdeup(k_berta, {"create"});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "no line of /etc/vdeup/policy.conf allows 'nic' on ctysbr0 to berta"));
  CHECK(has(refused.err, "hint: `-i none` makes the bridge without a NIC"));
  CHECK(lab::changes_since(before) == "");
  CHECK(Host::vdeup(k_berta, {"create", "-i", "none"}).status == 0);
  CHECK_FALSE(is_port("eth0", "ctysbr0"));
  CHECK(Host::vdeup(k_berta, {"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: a file capability is not enough, and the ways that are get named", "[privilege]") {
  const NicHost lab{Capability::given};
  const std::string before = lab::snapshot();
  const auto refused = Host::vdeup(k_acue, {"-Z", "NOSUDO", "create"});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err,
            "cannot move eth0 into ctysbr0: this takes root, and no way leads vdeup-helper to it"));
  CHECK(has(refused.err, "sudo (-Z NOSUDO excludes it)"));
  CHECK(has(refused.err, "hint: run `sudo vdeup create -u acue`"));
  const std::string said =
      Host::talk(k_acue, k_hello + line("move-nic-in ctysbr0 eth0" + k_gently) +
                             line("undo-nic-move" + k_gently) + line("confirm-nic-move"));
  INFO(said);
  CHECK(lab::count(said, "error") == 3);
  CHECK(has(said, "vdeup-helper has been started with a capability alone"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: only root insists, and guards what others depend on", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  needs("nft");
  must("nft add table inet filter");
  must("nft add chain inet filter input { type filter hook input priority 0; }");
  must("nft add rule inet filter input iifname eth0 tcp dport 22 accept");
  const auto filtered = Host::vdeup(k_acue, {"create"});
  INFO(filtered.err);
  CHECK(filtered.status == 1);
  CHECK(has(filtered.err, "the firewall has rules for eth0 that would not hold"));
  const auto insisted = Host::vdeup(k_acue, {"create", "-f"}); // which is for his own devices
  CHECK(insisted.status == 1);
  CHECK(has(insisted.err, "for a NIC only root can use -f"));
  must("nft delete table inet filter");
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: requests that the policy does not cover change nothing", "[privilege]") {
  const NicHost lab;
  lab::ip("link add other type bridge");
  lab::ip("link add port type veth peer name beyond");
  lab::ip("link set port master other");
  const std::string before = lab::snapshot();
  const auto check_refused = [&](const lab::User& user, const std::string& words, const std::string& reason) {
    const std::string said = talk_by_sudo(user, k_hello + line(words));
    INFO(words << "\n" << said);
    CHECK(lab::count(said, "error") == 1);
    CHECK(has(said, reason));
    CHECK(lab::changes_since(before) == "");
  };
  check_refused(k_acue, "move-nic-in other eth0" + k_gently, "allows 'nic' on other to acue");
  check_refused(k_acue, "move-nic-in ctysbr0 port" + k_gently, "it is a port of other");
  check_refused(k_acue, "move-nic-in ctysbr0 other" + k_gently, "it is a bridge itself");
  check_refused(k_acue, "move-nic-in ctysbr0 lo" + k_gently, "it is the loopback interface");
  check_refused(k_acue, "move-nic-in ctysbr0 nothing" + k_gently, "there is no such interface");
  check_refused(k_acue, "move-nic-out other 1" + k_gently, "allows 'nic' on other to acue");
  check_refused(k_acue, "move-nic-out ctysbr0 1" + k_gently, "ctysbr0 is gone");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 1 10 - 0", "only root can insist");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 0 61 - 0", "only root can have it take longer than 60 s");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 0 10 601 0", "or 600 s to be confirmed");
  check_refused(k_berta, "move-nic-in ctysbr7 eth0" + k_gently, "allows 'bridge' on ctysbr7 to berta");
  for (const char* words :
       {"move-nic-in ctysbr0 eth0 0 10 -", "move-nic-in ctysbr0 eth0 0 10 - 1",
        "move-nic-in ctysbr0 eth0 0 10 - 1 3 10.1.0.1 0", "move-nic-in ctysbr0 eth0 0 99999999 - 0",
        "move-nic-in ctysbr0 eth0 0 10 99999999 0", "move-nic-in ctysbr0 eth0 2 10 - 0",
        "move-nic-out ctysbr0 3 0 10 - 0", "confirm-nic-move now", "move-nic-in ctysbr0 ../eth0 0 10 - 0"})
    check_refused(k_acue, words, "is not of the form");
}

TEST_CASE("nic: a bridge that somebody else is on, or has made, is not taken away", "[privilege]") {
  const NicHost lab;
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_berta, {"create"}).status == 0);
  const std::string shared = lab::snapshot();
  const std::string said =
      talk_by_sudo(k_acue, k_hello + line("move-nic-out ctysbr0 1" + k_gently) +
                               line("move-nic-out ctysbr0 0" + k_gently) + line("undo-nic-move" + k_gently));
  INFO(said);
  CHECK(lab::count(said, "error") == 3);
  CHECK(lab::changes_since(shared) == "");
  REQUIRE(Host::vdeup(k_berta, {"cancel"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  lab::ip("link add ctysbr0 type bridge");
  lab::ip("link set eth0 master ctysbr0");
  const std::string foreign = talk_by_sudo(k_acue, k_hello + line("move-nic-out ctysbr0 1" + k_gently));
  CHECK(has(foreign, "ctysbr0 is no bridge that vdeup has made"));
  must("ip link delete ctysbr0");
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel"}).status == 0);
  must("ip link set ctysbr0 alias administrator"); // who has made it his own
  const std::string his = lab::snapshot();
  const auto undone = Host::vdeup(k_acue, {"undo"});
  CHECK(undone.status == 1);
  CHECK(has(undone.err, "ctysbr0 is no bridge that vdeup has made"));
  CHECK(lab::changes_since(his) == "");
  CHECK(is_port("eth0", "ctysbr0"));
}

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
  const auto serve_once = lab.at_far_host({"nc", "-l", "-s", "10.9.0.2", "-p", "22"});
  const auto serves = [&] { return !lab::run(lab.at_far_host({"ss", "-Hltn", "sport = :22"})).out.empty(); };
  lab::Running asked_before{serve_once};
  REQUIRE(lab::eventually(serves));
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = k_acue}};
  talking.write(k_hello +
                line("move-nic-in ctysbr0 eth0 0 60 - 1 2 10.9.0.2 22")); // whom the proof waits for
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
    answers.emplace(serve_once);
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
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = k_acue}};
  talking.write(k_hello);
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
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = k_acue}};
  talking.write(k_hello);
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
  const auto created =
      lab::run({"bash", "-c", "trap '' INT TERM HUP CHLD XFSZ; " + limits + "; exec \"$0\" \"$@\"",
                std::string{k_prefix} + "/bin/vdeup", "create"},
               {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}});
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
  const std::string slack = "echo 3600000000000 > /proc/self/timerslack_ns; exec chrt -i 0 \"$0\" \"$@\"";
  const auto expired =
      lab::run({"bash", "-c", slack, std::string{k_prefix} + "/bin/vdeup", "create", "--confirm", "1"},
               {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}});
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
  lab::Running waiting{{"bash", "-c",
                        "echo 0 > " + group +
                            "/cgroup.procs; exec setpriv --reuid 5001 --regid 5001 "
                            "--clear-groups \"$0\" create --confirm 3",
                        std::string{k_prefix} + "/bin/vdeup"},
                       {.environment = {"HOME=" + lab::home_of(k_acue)}}};
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
  lab::Running asked_before{lab.at_far_host({"nc", "-l", "-s", "10.9.0.2", "-p", "22"})};
  REQUIRE(lab::eventually([&] {
    return !lab::run(lab.at_far_host({"ss", "-Hltn", "sport = :22"})).out.empty();
  }));
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = k_acue}};
  talking.write(k_hello + line("move-nic-in ctysbr0 eth0 0 60 600 1 2 10.9.0.2 22"));
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

TEST_CASE("nic: to undo makes no bridge that the caller could not have made", "[privilege]") {
  const NicHost lab;
  Host::set_policy("allow user acue bridge * bridge,nic\n");
  REQUIRE(lab::run_vdeup({"create", "-b", "lan0"}).status == 0);
  REQUIRE(lab::run_vdeup({"cancel", "--bridge", "-b", "lan0"}).status == 0);
  const std::string before = lab::snapshot();
  const auto undone = Host::vdeup(k_acue, {"undo"});
  INFO(undone.err);
  CHECK(undone.status == 1);
  CHECK(has(undone.err, "to make lan0, a line has to name it"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: of two users who create at once one has the NIC moved, and both succeed", "[privilege]") {
  const NicHost lab;
  Host::set_policy("allow all bridge ctysbr0 tap,bridge,nic\n");
  const std::string before = lab::snapshot();
  const auto create = [](const lab::User& user) {
    return lab::Running{{std::string{k_prefix} + "/bin/vdeup", "create"},
                        {.user = user, .environment = {"HOME=" + lab::home_of(user)}}};
  };
  lab::Running acue = create(k_acue);
  lab::Running berta = create(k_berta);
  for (lab::Running* each : {&acue, &berta}) {
    const auto done = each->finish();
    INFO(done.err);
    CHECK(done.status == 0);
  }
  CHECK(is_port("eth0", "ctysbr0"));
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(Host::vdeup(k_berta, {"cancel", "--bridge"}).status == 0); // whoever has moved it
  CHECK(lab::changes_since(before) == "");
}
