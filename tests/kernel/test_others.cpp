// One user beside another: what one of them does wrong, or does on purpose, is not the other's problem.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

using namespace lab;

namespace {

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

int listen_at(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0 ||
      ::chmod(path.c_str(), 0600) < 0 || ::listen(fd, 5) < 0)
    ::_exit(1);
  return fd;
}

std::string answer_to(std::string_view command, const std::string& tap) {
  std::string data;
  if (command.starts_with("showinfo"))
    data = "pid " + std::to_string(::getpid()) + " MAC 00:ff:00:00:00:01 uptime 1\n";
  else if (command.starts_with("ds/showinfo"))
    data = "ctl dir /var/tmp/vde_switch0.nobody\n";
  else if (command.starts_with("port/showinfo"))
    data = "Numports=32\n";
  else
    data = "Port 0001 untagged_vlan=0000 ACTIVE - Unnamed Allocatable\n -- endpoint ID 0006 module tuntap    "
           "  : " +
           tap + "\n";
  return "0000 DATA END WITH '.'\n" + data + ".\n1000 Success\n\nvde$ ";
}

/// A console of alice's that says what vde_switch would say, of a TAP that it chooses.
pid_t start_false_switch(const std::string& tap) {
  const pid_t child = ::fork();
  if (child != 0)
    return child;
  if (::setresgid(k_alice.gid, k_alice.gid, k_alice.gid) < 0 ||
      ::setresuid(k_alice.uid, k_alice.uid, k_alice.uid) < 0 ||
      ::mkdir("/var/tmp/vde_switch0.nobody", 0700) < 0)
    ::_exit(1);
  (void)listen_at("/var/tmp/vde_switch0.nobody/ctl");
  const int console = listen_at("/var/tmp/vde_mgmt0.nobody");
  for (;;) {
    const int client = ::accept(console, nullptr, nullptr);
    const std::string banner = "VDE switch V.2.3.2\n(C) somebody\n\nvde$ ";
    (void)!::write(client, banner.data(), banner.size());
    char command[128];
    for (ssize_t size = 0; (size = ::read(client, command, sizeof(command))) > 0;) {
      const std::string answer = answer_to({command, static_cast<std::size_t>(size)}, tap);
      (void)!::write(client, answer.data(), answer.size());
    }
    ::close(client);
  }
}

} // namespace

TEST_CASE("others: a start that fails leaves no process, no file and no device", "[kernel]") {
  needs_others();
  REQUIRE(::mkdir("/var/tmp/closed", 0755) == 0); // root's: nobody cannot make a socket there
  const std::string before = snapshot();
  const auto failed = run_vdeup({"create", "-u", "nobody", "-S", "/var/tmp/closed/mgmt"});
  INFO(failed.err);
  CHECK(failed.status == 1);
  CHECK(failed.err.find("management socket") != std::string::npos);
  CHECK(changes_since(before) == "");
}

TEST_CASE("others: a signal during create is told, and leaves nothing", "[kernel]") {
  needs_others();
  (void)::mkdir("/var/tmp/closed", 0755); // the start of the switch takes its time, and fails
  const std::string before = snapshot();
  const int number = GENERATE(SIGTERM, SIGINT, SIGHUP);
  Running create{{bin_directory() + "/vdeup", "create", "-u", "nobody", "-S", "/var/tmp/closed/mgmt"}};
  REQUIRE(eventually([] { return run({"ip", "link", "show", "tap0"}).status == 0; }));
  create.signal(number);
  const auto ended = create.finish();
  INFO(ended.err);
  CHECK(ended.status == 128 + number);
  CHECK(ended.err.find("vdeup: ") != std::string::npos);
  CHECK(changes_since(before) == "");
}

TEST_CASE("others: one user's failure does not take the bridge from another who came meanwhile", "[kernel]") {
  needs_others();
  REQUIRE(::mkdir("/var/tmp/closed", 0755) == 0);
  Running failing{{bin_directory() + "/vdeup", "create", "-u", "nobody", "-S", "/var/tmp/closed/mgmt"}};
  REQUIRE(eventually([] {
    return run({"ip", "link", "show", "master", "ctysbr0"}).out.find("tap0") != std::string::npos;
  }));
  require_good(run_vdeup({"create", "-u", "daemon"}));
  CHECK(failing.finish().status == 1);
  require_good(run_vdeup({"check", "-u", "daemon"}));
  CHECK(run({"ip", "link", "show", "tap0"}).status == 1);
}

TEST_CASE("others: a false console cannot make root change somebody else's TAP", "[kernel]") {
  needs_others();
  require_good(run_vdeup({"create", "-u", "daemon"}));
  (void)run({"ip", "tuntap", "add", "vnet0", "mode", "tap"}); // there already in the second round
  (void)run({"ip", "link", "add", "otherbr", "type", "bridge"});
  settle();
  const std::string tap = GENERATE("tap0", "vnet0");
  CAPTURE(tap);
  (void)run({"sh", "-c", "rm -rf /var/tmp/vde_*0.nobody*"});
  const pid_t liar = start_false_switch(tap);
  REQUIRE(eventually([] {
    return run_vdeup({"info", "-u", "nobody"}).err.find("none") == std::string::npos;
  }));
  const std::string before = snapshot();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"create", "-u", "nobody"},
                                                {"create", "-u", "nobody", "-f", "-b", "otherbr"},
                                                {"cancel", "-u", "nobody", "-f"}}) {
    const auto refused = run_vdeup(words);
    INFO(refused.out << refused.err);
    CHECK(refused.status == 1);
    CHECK(refused.err.find("is not a TAP of nobody's") != std::string::npos);
  }
  CHECK(changes_since(before) == "");
  ::kill(liar, SIGKILL);
  ::waitpid(liar, nullptr, 0);
}

TEST_CASE("others: users who create and cancel over and over do not disturb each other", "[kernel]") {
  needs_others();
  const std::string before = snapshot();
  const std::vector<std::string> users{"nobody", "daemon", "bin", "sys", "games", "man"};
  constexpr int rounds = 8;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    for (const char* command : {"create", "cancel"}) {
      std::vector<Running> calls;
      for (const std::string& user : users)
        calls.emplace_back(std::vector<std::string>{bin_directory() + "/vdeup", command, "-u", user});
      for (Running& call : calls) {
        const auto done = call.finish();
        INFO(command << ": " << done.err);
        CHECK(done.status == 0);
      }
      if (std::string_view{command} == "create")
        for (const std::string& user : users)
          CHECK(run_vdeup({"check", "-u", user}).status == 0);
    }
  }
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("others: a port with a name that is not ours to choose stops nothing", "[kernel]") {
  const std::string before = snapshot();
  require_good(run_vdeup({"create"}));
  require_good(run({"ip", "link", "add", "d\xc3\xbcmm", "type", "veth", "peer", "name", "b%d"}));
  require_good(run({"ip", "link", "set", "d\xc3\xbcmm", "master", "ctysbr0"}));
  require_good(run_vdeup({"check"}));
  require_good(run_vdeup({"create"}));
  const auto refused = run_vdeup({"cancel", "--bridge"});
  CHECK(refused.status == 1);
  CHECK(refused.err.find("d\\xc3\\xbcmm is still a port of it") != std::string::npos);
  require_good(run({"ip", "link", "delete", "d\xc3\xbcmm"}));
  require_good(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}
