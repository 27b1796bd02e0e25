// What a caller can arrange around the helper: its files, its environment, its descriptors, signals, and the
// channel itself.

#include "model/interpret.hpp"
#include "privilege/talk.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
namespace fs = std::filesystem;

namespace {

constexpr const char* k_policy = "/etc/vdeup/policy.conf";
const std::string k_dir = hexadecimal("/var/tmp/vde_switch0.acue");
} // namespace

TEST_CASE("attacks: a policy that others could have written, or replaced, allows nothing", "[privilege]") {
  const Host host;
  const std::string text = "allow all bridge * all\n";
  Host::set_policy(text);
  REQUIRE(has(Host::talk(k_acue, k_hello), "ok\n"));
  std::string reason;
  SECTION("writable by a group") {
    fs::permissions(k_policy, fs::perms{0664});
    reason = "others than its owner can write to it";
  }
  SECTION("a user's") {
    REQUIRE(::chown(k_policy, k_acue.uid, 0) == 0);
    reason = "belongs to uid 5001";
  }
  SECTION("in a directory of others") {
    REQUIRE(::chown("/etc/vdeup", k_acue.uid, 0) == 0);
    reason = "belongs to uid 5001";
  }
  SECTION("in a directory that others can write to") {
    fs::permissions("/etc/vdeup", fs::perms{01777});
    reason = "others than its owner can write to it";
  }
  SECTION("a symbolic link") {
    fs::rename(k_policy, "/etc/vdeup/real.conf");
    fs::create_symlink("real.conf", k_policy);
    reason = "symbolic link";
  }
  SECTION("behind a symbolic link") {
    fs::rename("/etc/vdeup", "/etc/vdeup.real");
    fs::create_symlink("vdeup.real", "/etc/vdeup");
    reason = "symbolic link";
  }
  SECTION("a pipe") {
    fs::remove(k_policy);
    REQUIRE(::mkfifo(k_policy, 0644) == 0);
    reason = "not a plain file";
  }
  SECTION("with an include that is a user's") {
    write_file("/var/tmp/home/more.conf", text);
    Host::set_policy("include /var/tmp/home/more.conf\n");
    reason = "others than its owner can write to it"; // /var/tmp
  }
  SECTION("with a line that nobody understands") {
    Host::set_policy(text + "allow everything\n");
    reason = "line 2 of /etc/vdeup/policy.conf";
  }
  SECTION("that the caller may not read") {
    fs::permissions(k_policy, fs::perms{0600});
    reason = "Permission denied";
  }
  const std::string before = lab::snapshot();
  const std::string said = Host::talk(k_acue, k_hello + line("create-tap tap0 1500 " + k_dir));
  INFO(said);
  CHECK(!has(said, "ok\n"));
  CHECK(has(said, reason));
  const auto done = Host::vdeup(k_acue, {"create", "-b", "ctysbr0"});
  INFO(done.err);
  CHECK(done.status == 2);
  CHECK(has(done.err, reason));
  CHECK(lab::changes_since(before).empty());
}

TEST_CASE("attacks: nothing of the caller's environment reaches the helper", "[privilege]") {
  const Host host;
  Host::set_policy("deny user acue bridge * all\n");
  write_file("/var/tmp/home/etc/vdeup/policy.conf", "allow all bridge * all\n");
  std::vector<std::string> hostile{"PATH=/var/tmp/home",
                                   "HOME=/var/tmp/home",
                                   "LD_LIBRARY_PATH=/var/tmp/home",
                                   "VDEPLUGIN_PATH=/var/tmp/home",
                                   "XDG_CONFIG_HOME=/var/tmp/home/etc",
                                   "XDG_CONFIG_DIRS=/var/tmp/home/etc",
                                   "GCONV_PATH=/var/tmp/home",
                                   "LOCPATH=/var/tmp/home",
                                   "TMPDIR=/var/tmp/home",
                                   "HOSTALIASES=/var/tmp/home/hosts"};
  // What a library of the caller's does first is write a file, named after the program that loads it.
  write_file("/var/tmp/home/evil.c",
             "#include <stdio.h>\n#include <string.h>\n"
             "unsigned la_version(unsigned version) { return version; }\n"
             "__attribute__((constructor)) static void f(int argc, char **argv) {\n"
             "  char path[200]; const char *slash = strrchr(argv[0], '/');\n"
             "  snprintf(path, sizeof path, \"/var/tmp/loaded-%s\", slash ? slash + 1 : argv[0]);\n"
             "  fclose(fopen(path, \"w\"));\n}\n");
  const bool is_built =
      lab::run({"gcc", "-shared", "-fPIC", "-o", "/var/tmp/home/evil.so", "/var/tmp/home/evil.c"}).status ==
      0;
  if (is_built)
    hostile.emplace_back("LD_AUDIT=/var/tmp/home/evil.so");
  Talk talk{k_acue, hostile};
  const auto pids = helpers();
  REQUIRE(pids.size() == 1);
  std::ifstream maps{"/proc/" + pids[0] + "/maps"};
  std::ostringstream mapped;
  mapped << maps.rdbuf();
  CHECK(!has(mapped.str(), "evil"));
  CHECK(fs::exists("/var/tmp/loaded-talker") == is_built); // the user's own program has it
  CHECK(!fs::exists("/var/tmp/loaded-vdeup-helper"));
  talk.say(line("create-tap tap0 1500 " + k_dir));
  CHECK(has(talk.output(), "line 1 of /etc/vdeup/policy.conf denies"));
}

TEST_CASE("attacks: a helper is its user with one capability in effect, and closed to others",
          "[privilege]") {
  const auto capability = GENERATE(Capability::given, Capability::net_admin_only, Capability::none);
  const bool by_sudo = capability == Capability::none;
  const Host host{capability};
  Host::set_policy("allow all bridge * all\n");
  std::vector<std::string> words = Host::talker();
  if (by_sudo)
    words = Host::talker({Host::helper()}, {"--made-by", "5001", "--as", "0"}); // what sudo makes of it
  lab::Running talker{words, {.user = by_sudo ? std::optional<lab::User>{} : k_acue}};
  talker.write(k_hello);
  REQUIRE(talker.wait_for("ok\ndone"));
  const auto pids = helpers();
  REQUIRE(pids.size() == 1);
  CHECK(has(status_of(pids[0], "Uid"), "5001\t5001\t5001\t5001"));
  CHECK(has(status_of(pids[0], "Gid"), "5001\t5001\t5001\t5001"));
  CHECK(has(status_of(pids[0], "CapEff"), "\t0000000000001000"));
  // With the two that are handed on to a dnsmasq, where they are to be had.
  CHECK(has(status_of(pids[0], "CapPrm"),
            capability == Capability::net_admin_only ? "\t0000000000001000" : "\t0000000000003400"));
  for (const char* set : {"CapInh", "CapAmb"})
    CHECK(has(status_of(pids[0], set), "\t0000000000000000"));
  CHECK(has(status_of(pids[0], "NoNewPrivs"), "1"));
  struct stat status {};
  REQUIRE(::stat(("/proc/" + pids[0] + "/environ").c_str(), &status) == 0);
  CHECK(status.st_uid == 0); // it is not dumpable
  CHECK(lab::run({"cat", "/proc/" + pids[0] + "/environ"}, {.user = k_acue}).status != 0);
}

TEST_CASE("attacks: closed standard streams do not make a device or a file of them", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  const std::string before = lab::snapshot();
  for (const char* closed : {"<&-", ">&- 2>&-", "<&- >&- 2>&-", "</dev/null", "</etc/passwd"}) {
    INFO(closed);
    const auto done = lab::run({"sh", "-c", Host::helper() + " " + closed}, {.user = k_acue});
    CHECK(done.status == 1);
  }
  const auto closed_output =
      lab::run({"sh", "-c", "exec \"$0\" create >&- 2>&- <&-", std::string{k_prefix} + "/bin/vdeup"},
               {.user = k_acue});
  CHECK(closed_output.status == 0);
  CHECK(exists("ctysbr0"));
  (void)Host::vdeup(k_acue, {"cancel", "--bridge"});
  CHECK(lab::changes_since(before).empty());
  CHECK(lab::run({Host::helper(), "--help"}, {.user = k_acue}).status == 1);
}

TEST_CASE("attacks: a channel that somebody else has made serves nobody", "[privilege]") {
  const Host host;
  Host::set_policy("allow user acue bridge * all\n");
  const auto say = [](const std::string& made_by, const std::string& as,
                      std::vector<std::string> environment = {}) {
    lab::Running talker{Host::talker({Host::helper()}, {"--made-by", made_by, "--as", as}),
                        {.environment = std::move(environment)}};
    talker.write(k_hello);
    const auto done = talker.finish();
    return done.out + done.err;
  };
  CHECK(has(say("5001", "5001"), "ok\n"));
  CHECK(has(say("5001", "5002"), "the channel was made by acue"));
  CHECK(has(say("0", "0"), "root needs no helper"));
  CHECK(has(say("0", "5002"), "the channel was made by root"));
  CHECK(has(say("5001", "0", {"SUDO_UID=5001", "DOAS_USER=acue"}), "ok\n"));
  for (const char* lie : {"SUDO_UID=5002", "SUDO_UID=0", "DOAS_USER=berta", "PKEXEC_UID=5002", "SUDO_UID="})
    CHECK(has(say("5001", "0", {lie}), "and it was acue who made the channel"));
  CHECK(has(say("7777", "0"), "there is no user with the number 7777"));
}

TEST_CASE("attacks: a helper that was made setuid does nothing", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy("allow all bridge * all\n");
  fs::permissions(Host::helper(), fs::perms{04755});
  CHECK(has(Host::talk(k_acue, k_hello), "this program is setuid, and must not be"));
}

TEST_CASE("attacks: 10,000 random and 10,000 mutated messages change nothing and are all answered",
          "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge nothing all\n");
  must("ip link add foreign type bridge");
  const auto others = [] { // what is not a TAP of the caller's, who may have 16 of them
    return lab::run({"sh", "-c",
                     "ip -d link show | sed 's/state_transition.*//; s/_timer *[0-9.]*//g' | "
                     "awk '/^[0-9]/ {mine = /: tap[0-9]+/} !mine'"})
        .out;
  };
  const std::string before = others();
  const std::string said = Host::talk(k_acue, k_hello + "!fuzz 12345 10000\n" + k_hello);
  INFO(said);
  CHECK(!has(said, "fuzz end"));
  CHECK(has(said, "fuzz error "));
  CHECK(said.find("ok\n") != said.rfind("ok\n")); // it still serves
  CHECK(has(before, "foreign"));
  CHECK(others() == before);
  const std::string marks = must("ip link show");
  CHECK(!has(marks, "alias vdeup vm="));
}

TEST_CASE("attacks: whoever is killed, and at whichever step, the next call makes it whole", "[privilege]") {
  const bool kills_client = GENERATE(true, false);
  const std::size_t step = GENERATE(range(std::size_t{0}, std::size_t{6}));
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  CAPTURE(kills_client, step);
  const std::string before = lab::snapshot();
  {
    Talk talk{k_acue};
    const std::string address =
        vdeup::bridge_address(vdeup::IfName::parse("ctysbr0").value(), k_machine_id).str();
    const std::vector<std::string> steps{"create-bridge ctysbr0 " + address + " 1500 -", "set-up ctysbr0",
                                         "create-tap tap0 1500 " + k_dir, "set-bridge tap0 ctysbr0",
                                         "set-up tap0"};
    for (std::size_t i = 0; i < std::min(step, steps.size()); ++i)
      talk.say(line(steps[i]));
    CHECK(!has(talk.output(), "error"));
    if (kills_client)
      talk.talker().signal(SIGKILL);
    else
      talk.say("!kill\n");
    CHECK(lab::eventually([] { return helpers().empty(); }));
  }
  const auto made = Host::vdeup(k_acue, {"create"});
  INFO(made.out << made.err);
  CHECK(made.status == 0);
  CHECK(Host::vdeup(k_acue, {"-X", "check"}).status == 0);
  CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before).empty());
}

TEST_CASE("attacks: a helper that was stopped acts on no device but the one that it was asked for",
          "[privilege]") {
  const Host host;
  Host::set_policy("allow user acue bridge mine tap\n");
  must("ip link add mine type bridge");
  Talk talk{k_acue};
  talk.say(line("create-tap tap0 1500 " + k_dir));
  talk.say("!stop\n");
  talk.talker().write(line("set-bridge tap0 mine")); // waits in the channel
  must("ip link delete tap0");
  must("ip tuntap add dev tap0 mode tap user berta");
  const std::string before = lab::snapshot();
  for (const std::string& pid : helpers())
    REQUIRE(::kill(std::stoi(pid), SIGCONT) == 0);
  REQUIRE(talk.talker().wait_for("error"));
  CHECK(has(talk.output(), "neither a TAP that vdeup made for you"));
  CHECK(lab::changes_since(before).empty());
}

TEST_CASE("attacks: signals that ask it to end do not cut a helper short, and its client's end does",
          "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  Talk talk{k_acue};
  const auto pids = helpers();
  REQUIRE(pids.size() == 1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    REQUIRE(::kill(std::stoi(pids[0]), signal) == 0);
  talk.say(line("create-tap tap0 1500 " + k_dir));
  CHECK(has(talk.output(), "ok\ndone vdeup-helper/2"));
  talk.say("!close\n");
  CHECK(lab::eventually([] { return helpers().empty(); }));
}

TEST_CASE("attacks: a switch is its owner and no more, whoever has started it", "[privilege]") {
  const bool by_root = GENERATE(false, true);
  CAPTURE(by_root);
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  const auto made = by_root ? lab::run({std::string{k_prefix} + "/bin/vdeup", "create", "-u", "acue"})
                            : Host::vdeup(k_acue, {"create"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  std::istringstream pids{lab::list_switches()};
  unsigned switches = 0;
  for (std::string pid; pids >> pid; ++switches) {
    CHECK(has(status_of(pid, "Uid"), "5001\t5001\t5001\t5001"));
    CHECK(has(status_of(pid, "Gid"), "5001\t5001\t5001\t5001"));
    CHECK(!has(" " + status_of(pid, "Groups") + " ", " 0 "));
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
      CHECK(has(status_of(pid, set), "\t0000000000000000"));
  }
  CHECK(switches == 1);
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
}

TEST_CASE("attacks: limits that a caller sets for his helper leave a step that is done or is not",
          "[privilege]") {
  const std::string limit =
      GENERATE(as<std::string>{}, "-n 3", "-n 4", "-n 5", "-n 6", "-f 0", "-c 0", "-l 0", "-q 0", "-i 0");
  CAPTURE(limit);
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  const std::string before = lab::snapshot();
  const std::string start = "ulimit " + limit + "; exec " + Host::helper();
  lab::Running talker{Host::talker({"/bin/bash", "-c", start}), {.user = k_acue}};
  talker.write(line("create-tap tap0 1500 " + k_dir));
  const auto done = talker.finish();
  INFO(done.out << done.err);
  if (has(done.out, "ok\n")) {
    CHECK(has(show("tap0"), "alias vdeup uid=5001 switch="));
    CHECK(has(Host::talk(k_acue, line("delete-tap tap0 " + k_dir)), "ok\n"));
  }
  CHECK(lab::changes_since(before).empty());
}
