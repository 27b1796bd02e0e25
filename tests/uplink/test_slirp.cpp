// A network without any privilege: the switch of an ordinary user, and slirp at one of its ports.

#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

using namespace lab;

namespace {

/// The ordinary user of these tests; root of a user namespace where the test cannot be another.
SpawnOptions as_user() {
  return {.user = can_be_others() ? std::optional<User>{k_alice} : std::nullopt};
}

Finished vdeup_as_user(std::vector<std::string> words) {
  return run_vdeup(std::move(words), as_user());
}

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

void create(std::vector<std::string> more = {}) {
  std::vector<std::string> words{"create", "--uplink", "slirp"};
  words.insert(words.end(), more.begin(), more.end());
  require_good(vdeup_as_user(words));
}

void require_cancel_restores(const std::string& before) {
  require_good(vdeup_as_user({"cancel"}));
  CHECK(changes_since(before) == "");
}

/// The pid of the one uplink.
pid_t uplink_pid() {
  const std::string pids = list_uplinks();
  INFO(pids);
  REQUIRE(std::count(pids.begin(), pids.end(), '\n') == 1);
  return std::stoi(pids);
}

void kill_uplink() {
  ::kill(uplink_pid(), SIGKILL);
  REQUIRE(eventually([] { return list_uplinks().empty(); }));
  // The switch frees the port a moment later.
  REQUIRE(eventually([] { return !has(vdeup_as_user({"ports", "-X"}).out, "vdeup uplink"); }));
}

/// A VM of the user at the switch.
Running start_vm(const std::vector<std::string>& options = {}) {
  std::vector<std::string> line{bin_directory() + "/vdeup", "run"};
  line.insert(line.end(), options.begin(), options.end());
  line.insert(line.end(), {"--", bin_directory() + "/fake_vm", "-name", "web"});
  Running vm{line, as_user()};
  REQUIRE(vm.wait_for("sock="));
  return vm;
}

/// Has a port of this host while it lives.
class TakenPort {
 public:
  TakenPort(int type, std::uint16_t port) : m_fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof(address));
    REQUIRE(::bind(m_fd, &generic, sizeof(generic)) == 0);
    if (type == SOCK_STREAM)
      REQUIRE(::listen(m_fd, 1) == 0);
  }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  ~TakenPort() { ::close(m_fd); }

 private:
  int m_fd;
};

} // namespace

TEST_CASE("slirp: an ordinary user makes a network, finds it again, and leaves nothing", "[uplink]") {
  const std::string before = snapshot();
  create({"--forward", "tcp:8080:80", "--forward", "udp:0.0.0.0:5353:10.0.2.16:53"});
  const pid_t pid = uplink_pid();
  const auto again = vdeup_as_user({"create", "--uplink", "slirp", "-X"});
  CHECK(has(again.out, "|reused\nuplink|slirp|reused\n"));
  CHECK(uplink_pid() == pid);
  const auto info = vdeup_as_user({"info", "--json"});
  CHECK(has(info.out, R"("uplink":{"kind":"slirp","pid":)" + std::to_string(pid)));
  CHECK(has(info.out, R"("tcp:127.0.0.1:8080:10.0.2.15:80","udp:0.0.0.0:5353:10.0.2.16:53")"));
  CHECK(has(info.out, R"("ports":128)"));
  const auto check = vdeup_as_user({"check"});
  INFO(check.out);
  CHECK(check.status == 0);
  CHECK(has(check.out, "ok: 10.0.2.2 answered"));
  require_cancel_restores(before);
}

TEST_CASE("slirp: its process is in a session of its own and has nothing of its maker's", "[uplink]") {
  create();
  const std::string pid = std::to_string(uplink_pid());
  CHECK(run({"ps", "-o", "sid=", "-p", pid}).out == run({"ps", "-o", "pid=", "-p", pid}).out);
  const auto environment = run({"cat", "/proc/" + pid + "/environ"});
  CHECK(!has(environment.out, "HOME="));
  CHECK(has(environment.out, "LC_ALL=C"));
  require_good(vdeup_as_user({"cancel"}));
}

TEST_CASE("slirp: one that has died is started again by the next call, under the same switch", "[uplink]") {
  const std::string before = snapshot();
  create();
  const std::string vde_switch = list_switches();
  auto vm = start_vm();
  kill_uplink();
  CHECK(vdeup_as_user({"check"}).status == 1);
  CHECK(has(vdeup_as_user({"check"}).out, "the slirp that joined the switch to the outside is gone"));
  SECTION("by create") {
    create();
  }
  SECTION("by run, which knows what the switch is for") {
    auto other = start_vm();
    other.signal(SIGTERM);
    other.finish();
  }
  CHECK(list_switches() == vde_switch);
  CHECK(vdeup_as_user({"check"}).status == 0);
  vm.signal(SIGTERM);
  vm.finish();
  REQUIRE(eventually([] { return !has(vdeup_as_user({"ports", "-X"}).out, "web"); }));
  require_cancel_restores(before);
}

TEST_CASE("slirp: it ends with its switch, however that ends", "[uplink]") {
  const std::string before = snapshot();
  create();
  ::kill(std::stoi(list_switches()), SIGKILL);
  CHECK(eventually([] { return list_uplinks().empty(); }));
  require_cancel_restores(before);
}

TEST_CASE("slirp: one that is stopped is ended all the same, and the next one is the only one", "[uplink]") {
  const std::string before = snapshot();
  create();
  ::kill(uplink_pid(), SIGSTOP);
  SECTION("by cancel") {}
  SECTION("by cancel, when its switch is gone") {
    ::kill(std::stoi(list_switches()), SIGKILL);
    REQUIRE(eventually([] { return list_switches().empty(); }));
  }
  SECTION("by create, when its switch is gone") {
    ::kill(std::stoi(list_switches()), SIGKILL);
    REQUIRE(eventually([] { return list_switches().empty(); }));
    create();
    (void)uplink_pid();
    CHECK(vdeup_as_user({"check"}).status == 0);
  }
  require_cancel_restores(before);
}

TEST_CASE("slirp: a port of the host that somebody has is an error before anything starts", "[uplink]") {
  const auto [type, word] = GENERATE(table<int, std::string>({{SOCK_STREAM, "tcp"}, {SOCK_DGRAM, "udp"}}));
  const std::string before = snapshot();
  const TakenPort taken{type, 8080};
  const auto refused = vdeup_as_user({"create", "--forward", "tcp:9090:90", "--forward", word + ":8080:80"});
  CHECK(refused.status == 1);
  CHECK(
      has(refused.err, "cannot forward " + word + ":127.0.0.1:8080:10.0.2.15:80: somebody on this host has"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("slirp: a port that takes a privilege is an error before anything starts", "[uplink]") {
  if (!can_be_others())
    skip("the user is root of a user namespace, and may have every port");
  const std::string before = snapshot();
  const auto refused = vdeup_as_user({"create", "--forward", "tcp:80:80"});
  CHECK(refused.status == 2);
  CHECK(has(refused.err, "from 1024 on"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("slirp: a new forward is refused while VMs are attached, and added when they have gone",
          "[uplink]") {
  const std::string before = snapshot();
  auto vm = start_vm({"--forward", "tcp:8080:80"});
  const pid_t pid = uplink_pid();
  const auto refused = vdeup_as_user({"create", "--forward", "tcp:8081:81"});
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "VMs are attached: web"));
  CHECK(uplink_pid() == pid);
  create({"--forward", "tcp:8080:80"}); // this one is there
  CHECK(uplink_pid() == pid);
  vm.signal(SIGTERM);
  vm.finish();
  REQUIRE(eventually([] { return !has(vdeup_as_user({"ports", "-X"}).out, "web"); }));
  create({"--forward", "tcp:8081:81"});
  const auto info = vdeup_as_user({"info"});
  CHECK(has(info.out, "tcp:127.0.0.1:8080:10.0.2.15:80"));
  CHECK(has(info.out, "tcp:127.0.0.1:8081:10.0.2.15:81"));
  require_cancel_restores(before);
}

TEST_CASE("slirp: a switch without an uplink stays without, for who asks for nothing", "[uplink]") {
  const std::string before = snapshot();
  require_good(vdeup_as_user({"create", "--uplink", "none"}));
  auto vm = start_vm();
  CHECK(list_uplinks().empty());
  CHECK(vdeup_as_user({"check"}).status == 0);
  CHECK(has(vdeup_as_user({"info", "-X"}).out, "uplink|none\n"));
  const auto refused = vdeup_as_user({"run", "--forward", "tcp:8080:80", "--", bin_directory() + "/fake_vm"});
  CHECK(refused.status == 125);
  CHECK(has(refused.err, "the switch is to have no uplink"));
  vm.signal(SIGTERM);
  vm.finish();
  REQUIRE(eventually([] { return !has(vdeup_as_user({"ports", "-X"}).out, "web"); }));
  require_cancel_restores(before);
}

TEST_CASE("slirp: what a failing change of the uplink had taken away comes back", "[uplink]") {
  if (!can_be_others())
    skip("the user is root of a user namespace, and may make a bridge");
  const std::string before = snapshot();
  create({"--forward", "tcp:8080:80"});
  const auto failed = vdeup_as_user({"create", "--uplink", "bridge"});
  CHECK(failed.status == 2);
  CHECK(vdeup_as_user({"check"}).status == 0);
  CHECK(has(vdeup_as_user({"info"}).out, "tcp:127.0.0.1:8080:10.0.2.15:80"));
  require_cancel_restores(before);
}

TEST_CASE("slirp: with --rm nothing is left when the VM ends", "[uplink]") {
  const std::string before = snapshot();
  auto vm = start_vm({"--uplink", "slirp", "--rm"});
  CHECK(!list_uplinks().empty());
  vm.signal(SIGTERM);
  vm.finish();
  CHECK(changes_since(before) == "");
}

TEST_CASE("slirp: without its programs nothing is left running, and the packages are named", "[uplink]") {
  const std::string before = snapshot();
  std::string mount;
  SECTION("no plugin") {
    mount = "for f in /usr/lib/*/vdeplug/libvdeplug_slirp.so; do mount --bind /dev/null $f; done";
  }
  SECTION("no vde_plug") {
    mount = "mount --bind /dev/null /usr/bin/vde_plug";
  }
  REQUIRE(run({"sh", "-c", mount}).status == 0);
  const auto failed = vdeup_as_user({"create", "--uplink", "slirp"});
  INFO(failed.err);
  CHECK(failed.status == 2);
  CHECK(has(failed.err, "libvdeplug-slirp"));
  CHECK(list_switches().empty());
  CHECK(changes_since(before) == "");
}

TEST_CASE("slirp: a client that only calls itself our uplink is a client", "[uplink]") {
  require_good(vdeup_as_user({"create", "--uplink", "none"}));
  Running liar{{"vde_plug", "--descr", "vdeup uplink",
                "/var/tmp/vde_switch0." + std::string{can_be_others() ? k_alice.name : "root"}},
               as_user()};
  REQUIRE(eventually([] { return has(vdeup_as_user({"ports", "-X"}).out, "vdeup uplink"); }));
  CHECK(has(vdeup_as_user({"info", "-X"}).out, "clients|1\n"));
  const auto refused = vdeup_as_user({"cancel"});
  CHECK(refused.status == 1);
  require_good(vdeup_as_user({"cancel", "-f"}));
}
