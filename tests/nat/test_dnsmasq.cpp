#include "base/unique_fd.hpp"
#include "nat/dnsmasq.hpp"
#include "nat/nat_lab.hpp"
#include "nat/udp_sockets.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace nat_lab;
using namespace vdeup;

namespace {

namespace fs = std::filesystem;

const Identity k_root{.uid = 0, .gid = 0, .name = "root"};

std::string text_of(const Result<>& done) {
  return done ? "" : done.error().message() + " / " + done.error().hints().text();
}

bool is_gone(pid_t pid) {
  return lab::eventually([pid] {
    const auto pids = dnsmasqs();
    return std::find(pids.begin(), pids.end(), pid) == pids.end();
  });
}

/// There can be more for a moment: those that it becomes a daemon by.
pid_t only_dnsmasq() {
  std::vector<pid_t> pids;
  REQUIRE(lab::eventually([&pids] { return (pids = dnsmasqs()).size() == 1; }));
  return pids.front();
}

void check_confined(pid_t pid, const std::string& uid, const std::string& rights) {
  CHECK(status_of(pid, "Uid") == uid + "\t" + uid + "\t" + uid + "\t" + uid);
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    CHECK(status_of(pid, set) == rights);
  CHECK(status_of(pid, "NoNewPrivs") == "1");
}

/// Root's, at the gateway's address: what a server that was there before us does.
lab::Running rival() {
  lab::Running running{{"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                        "--pid-file=", "--user=root", "--bind-interfaces", "--except-interface=lo",
                        std::string{"--listen-address="} + k_gateway}};
  REQUIRE(lab::eventually([] { return nat::is_served(network().gateway4.address, 0); }));
  return running;
}

/// A socket at a port of all addresses, of IPv4 and IPv6 alike.
UniqueFd take_port(std::uint16_t port) {
  UniqueFd socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return socket;
}

} // namespace

TEST_CASE("dnsmasq: whoever starts it, it is the owner with three capabilities", "[nat]") {
  make_host();
  const auto step = start_for(identity_of(lab::k_acue));
  const bool by_helper = GENERATE(false, true);
  const auto start = [&step] { return nat::start_dnsmasq(step); };
  CHECK((by_helper ? as_helper_of(lab::k_acue, start) : text_of(start())) == "");
  check_confined(only_dnsmasq(), "5001", "0000000000003400");
  CHECK(nat::is_served(network().gateway4.address, lab::k_acue.uid));
  CHECK_FALSE(nat::is_served(network().gateway4.address, lab::k_berta.uid));
  CHECK(text_of(nat::stop_dnsmasq({step.owner, step.bridge})) == "");
}

TEST_CASE("dnsmasq: for a switch of root's it is root with one capability more", "[nat]") {
  make_host();
  REQUIRE(text_of(nat::start_dnsmasq(start_for(k_root))) == "");
  check_confined(only_dnsmasq(), "0", "0000000000003440");
  CHECK(text_of(nat::stop_dnsmasq({k_root, bridge()})) == "");
  CHECK(lab::eventually([] { return dnsmasqs().empty(); }));
}

TEST_CASE("dnsmasq: it has nothing of ours, neither variables nor files", "[nat]") {
  make_host();
  REQUIRE(::setenv("LD_MARKED", "ours", 1) == 0);
  const int marked = ::open("/var/tmp/home/marked", O_RDWR | O_CREAT, 0600); // and not O_CLOEXEC
  REQUIRE(marked >= 0);
  REQUIRE(text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue)))) == "");
  ::close(marked);
  const std::string proc = "/proc/" + std::to_string(only_dnsmasq());
  std::ostringstream environment;
  environment << std::ifstream{proc + "/environ"}.rdbuf();
  CHECK(has(environment.str(), "LC_ALL=C"));
  CHECK_FALSE(has(environment.str(), "MARKED"));
  CHECK_FALSE(has(environment.str(), "HOME"));
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(proc + "/fd")) {
    const std::string target = fs::read_symlink(entry.path());
    INFO(target);
    CHECK((target == "/dev/null" || target.starts_with("socket:") || target.starts_with("pipe:") ||
           target == "anon_inode:inotify"));
    ++count;
  }
  CHECK(count > 3);
}

TEST_CASE("dnsmasq: its owner can end it, and cannot look into it", "[nat]") {
  make_host();
  REQUIRE(text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue)))) == "");
  const std::string pid = std::to_string(only_dnsmasq());
  lab::Running own{{"sh", "-c", "echo there; exec sleep 1000"}, {.user = lab::k_acue}};
  REQUIRE(own.wait_for("there"));
  const auto look = [](const std::string& at) {
    return lab::run({"cat", "/proc/" + at + "/environ"}, {.user = lab::k_acue}).status;
  };
  CHECK(look(std::to_string(own.pid())) == 0);
  CHECK(look(pid) == 1);
  CHECK(lab::run({"kill", pid}, {.user = lab::k_berta}).status == 1);
  const auto stop = [] { return nat::stop_dnsmasq({identity_of(lab::k_acue), bridge()}); };
  CHECK(in_a_child([&stop]() -> Result<> { // without any privilege
          if (::setresgid(lab::k_acue.gid, lab::k_acue.gid, lab::k_acue.gid) < 0 ||
              ::setresuid(lab::k_acue.uid, lab::k_acue.uid, lab::k_acue.uid) < 0)
            return fail(errno_error(errno, "cannot be a user"));
          return stop();
        }) == "");
  CHECK(lab::eventually([] { return dnsmasqs().empty(); }));
  CHECK(text_of(stop()) == ""); // there is none any more
}

TEST_CASE("dnsmasq: a second start leaves the one that serves, and replaces one that serves another network",
          "[nat]") {
  make_host();
  auto step = start_for(identity_of(lab::k_acue));
  REQUIRE(text_of(nat::start_dnsmasq(step)) == "");
  const pid_t first = only_dnsmasq();
  CHECK(text_of(nat::start_dnsmasq(step)) == "");
  CHECK(only_dnsmasq() == first);
  step.network.gateway6.reset();
  CHECK(as_helper_of(lab::k_acue, [&step] { return nat::start_dnsmasq(step); }) == "");
  CHECK(is_gone(first));
  CHECK(words_of(only_dnsmasq()) == nat::dnsmasq_words(served_bridge(), step.switch_dir, step.network));
}

TEST_CASE("dnsmasq: one that is stopped is ended all the same", "[nat]") {
  make_host();
  REQUIRE(text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue)))) == "");
  const pid_t pid = only_dnsmasq();
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  REQUIRE(lab::eventually([pid] { return status_of(pid, "State").starts_with("T"); }));
  CHECK(text_of(nat::stop_dnsmasq({identity_of(lab::k_acue), bridge()})) == "");
  CHECK(is_gone(pid));
}

TEST_CASE("dnsmasq: who has its port already is named, and left alone", "[nat]") {
  make_host();
  const lab::Running other = rival();
  const std::string said = text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue))));
  CHECK(has(said, "cannot start dnsmasq for ctysbr0: a program of root's has port 53 of 10.99.7.1"));
  CHECK(has(said, "Address already in use"));
  CHECK(has(said, "`sudo ss -lunp`"));
  CHECK(only_dnsmasq() == other.pid());
}

TEST_CASE("dnsmasq: who has a port of all addresses is named, whichever port it is", "[nat]") {
  make_host();
  const std::uint16_t port = GENERATE(std::uint16_t{53}, std::uint16_t{67});
  const UniqueFd taken = take_port(port);
  const std::string said = text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue))));
  CHECK(has(said, "a program of root's has port " + std::to_string(port) + " of 10.99.7.1 ("));
  CHECK(lab::eventually([] { return dnsmasqs().empty(); }));
}

TEST_CASE("dnsmasq: another user's for the same bridge is neither ended nor replaced", "[nat]") {
  make_host();
  REQUIRE(text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_berta)))) == "");
  const pid_t other = only_dnsmasq();
  CHECK(text_of(nat::stop_dnsmasq({identity_of(lab::k_acue), bridge()})) == "");
  CHECK(has(text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue)))),
            "a program of berta's has port 53"));
  CHECK(only_dnsmasq() == other);
}

TEST_CASE("dnsmasq: one for a bridge of that name in another network is not meant", "[nat]") {
  make_host();
  const Client elsewhere{"vm0"};
  const auto start_there = [&elsewhere]() -> Result<> {
    const int there =
        ::open(("/proc/" + std::to_string(elsewhere.pid()) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    if (there < 0 || ::setns(there, CLONE_NEWNET) < 0)
      return fail(errno_error(errno, "cannot enter a network namespace"));
    make_bridge();
    return nat::start_dnsmasq(start_for(identity_of(lab::k_acue)));
  };
  REQUIRE(in_a_child(start_there) == "");
  const pid_t other = only_dnsmasq();
  const auto stop = [] { return nat::stop_dnsmasq({identity_of(lab::k_acue), bridge()}); };
  CHECK(text_of(stop()) == "");
  CHECK(as_helper_of(lab::k_acue, stop) == "");
  CHECK(only_dnsmasq() == other);
}

TEST_CASE("dnsmasq: a bridge whose name means other interfaces to it is refused", "[nat]") {
  make_host();
  auto step = start_for(identity_of(lab::k_acue));
  for (const char* name : {"ctysbr*", "ctysbr0,out0", "*"}) {
    step.bridge = IfName::parse(name).value();
    const auto started = nat::start_dnsmasq(step);
    REQUIRE_FALSE(started);
    CHECK(started.error().kind() == ErrorKind::refused);
  }
  CHECK(dnsmasqs().empty());
}

TEST_CASE("dnsmasq: without an address at the bridge it is an error, and nothing runs", "[nat]") {
  make_host();
  must("ip address flush dev ctysbr0");
  const std::string said = text_of(nat::start_dnsmasq(start_for(identity_of(lab::k_acue))));
  CHECK(
      has(said, "does not listen at 10.99.7.1 / has the bridge that address? `ip address show dev ctysbr0`"));
  CHECK(lab::eventually([] { return dnsmasqs().empty(); }));
}

TEST_CASE("dnsmasq: a capability that is missing is named, and how to give it", "[nat]") {
  make_host();
  const auto step = start_for(identity_of(lab::k_acue));
  const std::string said = in_a_child([&step]() -> Result<> {
    if (::setresgid(lab::k_acue.gid, lab::k_acue.gid, lab::k_acue.gid) < 0 ||
        ::setresuid(lab::k_acue.uid, lab::k_acue.uid, lab::k_acue.uid) < 0)
      return fail(errno_error(errno, "cannot be a user"));
    const auto started = nat::start_dnsmasq(step);
    return started || started.error().kind() == ErrorKind::not_permitted
               ? started
               : Result<>{fail(Error{ErrorKind::failed, "another kind", {}, {}})};
  });
  CHECK(has(said, "cannot start dnsmasq for ctysbr0: CAP_NET_BIND_SERVICE is missing / "));
  CHECK(has(said, "`setcap cap_net_admin,cap_net_bind_service,cap_net_raw+p /"));
  CHECK(dnsmasqs().empty());
}

TEST_CASE("dnsmasq: a program that is not installed is named with its package", "[nat]") {
  make_host();
  const fs::path program = lab::to_words(lab::run({"sh", "-c", "command -v dnsmasq"}).out).front();
  const std::string directory = fs::canonical(program).parent_path();
  for (const char* part : {"/var/tmp/home/upper", "/var/tmp/home/work"})
    REQUIRE(fs::create_directory(part));
  const std::string layers =
      "lowerdir=" + directory + ",upperdir=/var/tmp/home/upper,workdir=/var/tmp/home/work";
  if (::mount("overlay", directory.c_str(), "overlay", 0, layers.c_str()) != 0)
    lab::skip("cannot put a layer over " + directory);
  REQUIRE(fs::remove(program));
  const auto started = nat::start_dnsmasq(start_for(identity_of(lab::k_acue)));
  REQUIRE_FALSE(started);
  CHECK(started.error().kind() == ErrorKind::missing);
  CHECK(has(text_of(started), "dnsmasq is not installed / `sudo apt install dnsmasq-base`"));
}
