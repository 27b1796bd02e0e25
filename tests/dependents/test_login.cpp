// Logins that no test can make, in files that look like the /proc of a host.

#include "base/file_tree.hpp"
#include "dependents/guard_lab.hpp"
#include "dependents/login.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <utmpx.h>

#include <cstring>
#include <filesystem>

using namespace guard_lab;
using namespace vdeup;
using namespace vdeup::dependents;

namespace {

const std::string k_root = "/var/tmp/home/host";

struct Made {
  pid_t pid = 0;
  pid_t parent = 1;
  std::string name;
  std::string environment{};
  std::vector<unsigned> sockets{};
  bool is_readable = true; ///< its descriptors are
  unsigned terminal = 0;
  std::string cgroup{};
};

/// Each test has a host of its own, in each of its sections.
struct FreshHost {
  FreshHost() { std::filesystem::remove_all(k_root); }
};

void make(const Made& process) {
  const std::string directory = fmt::format("{}/proc/{}", k_root, process.pid);
  write_file(directory + "/stat", fmt::format("{} ({}) S {} 1 1 {} -1 4194560 1\n", process.pid, process.name,
                                              process.parent, process.terminal));
  write_file(directory + "/environ", process.environment);
  write_file(directory + "/status", "Name:\tx\nUid:\t1000\t1000\t1000\t1000\n");
  write_file(directory + "/cgroup", process.cgroup);
  if (!process.is_readable)
    return;
  std::filesystem::create_directories(directory + "/fd");
  for (const unsigned socket : process.sockets)
    std::filesystem::create_symlink(fmt::format("socket:[{}]", socket),
                                    fmt::format("{}/fd/{}", directory, socket));
}

SocketAddress at(const char* address, std::uint16_t port) {
  return {IpAddress::parse(address).value(), port};
}

Connection listener(std::uint16_t port) {
  return {.local = at("0.0.0.0", port), .remote = at("0.0.0.0", 0), .is_listener = true};
}

Connection connection(unsigned inode, const SocketAddress& local, const SocketAddress& remote) {
  return {.local = local, .remote = remote, .is_established = true, .inode = inode};
}

/// The peers of the sessions that process 100 is worked with through.
std::vector<std::string> peers(const std::vector<Connection>& connections) {
  const FileTree tree{k_root};
  const process::ProcessTable processes = process::ProcessTable::read(tree);
  std::vector<std::string> found;
  for (const NetworkSession& session : find_network_sessions(tree, processes, 100, connections))
    found.push_back(session.server + " " + (session.peer ? session.peer->address.str() : "-"));
  return found;
}

using Peers = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(FreshHost,
                 "login: a program that connects to elsewhere is no login, one that has accepted is",
                 "[guard]") {
  make({.pid = 10, .name = "code", .sockets = {5}});
  make({.pid = 100, .parent = 10, .name = "bash"});
  CHECK(peers({connection(5, at("192.0.2.1", 40000), at("198.51.100.7", 443)), listener(22)}).empty());
  CHECK(peers({connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000)), listener(22)}) ==
        Peers{"code 198.51.100.7"});
}

TEST_CASE_METHOD(FreshHost, "login: what sshd forwards is not its session", "[guard]") {
  make({.pid = 10, .name = "sshd", .sockets = {5, 6}});
  make({.pid = 100, .parent = 10, .name = "bash"});
  CHECK(peers({connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000)),
               connection(6, at("192.0.2.1", 50000), at("203.0.113.5", 80)), listener(22)}) ==
        Peers{"sshd 198.51.100.7"});
}

TEST_CASE_METHOD(FreshHost, "login: names of processes can have brackets and blanks", "[guard]") {
  make({.pid = 10, .name = "sshd", .sockets = {5}});
  make({.pid = 11, .parent = 10, .name = "a) S 1 (b"});
  make({.pid = 100, .parent = 11, .name = "bash"});
  CHECK(peers({connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000))}) == Peers{"sshd 198.51.100.7"});
}

TEST_CASE_METHOD(FreshHost, "login: SSH_CONNECTION counts only while that connection is there", "[guard]") {
  make({.pid = 50,
        .name = "tmux: server",
        .environment = std::string{"A=b\0SSH_CONNECTION=198.51.100.7 40000 192.0.2.1 22\0", 50}});
  make({.pid = 100, .parent = 50, .name = "bash"});
  CHECK(peers({connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000))}) == Peers{"sshd 198.51.100.7"});
  CHECK(peers({connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40001))}).empty());
  CHECK(peers({}).empty());
}

TEST_CASE_METHOD(FreshHost, "login: a zone in SSH_CONNECTION is read over", "[guard]") {
  make({.pid = 100, .name = "bash", .environment = "SSH_CONNECTION=fe80::2%eth0 40000 fe80::1%eth0 22"});
  CHECK(peers({connection(5, at("fe80::1", 22), at("fe80::2", 40000))}) == Peers{"sshd fe80::2"});
}

TEST_CASE_METHOD(FreshHost, "login: where nothing may be read, utmp and logind name the peer", "[guard]") {
  make({.pid = 10, .name = "sshd", .is_readable = false});
  std::vector<Connection> all{listener(22), connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000)),
                              connection(6, at("192.0.2.1", 22), at("203.0.113.5", 40000))};
  SECTION("utmp") {
    make({.pid = 100, .parent = 10, .name = "bash", .terminal = 136 * 256 + 3});
    utmpx entry{};
    entry.ut_type = USER_PROCESS;
    std::strcpy(entry.ut_line, "pts/3");
    const auto four = IpAddress::parse("203.0.113.5").value().bytes4();
    std::memcpy(entry.ut_addr_v6, four.data(), four.size());
    write_file(k_root + "/run/utmp", {reinterpret_cast<const char*>(&entry), sizeof(entry)});
    CHECK(peers(all) == Peers{"a login 203.0.113.5"});
  }
  SECTION("logind") {
    make({.pid = 100,
          .parent = 10,
          .name = "bash",
          .cgroup = "0::/user.slice/user-1000.slice/session-7.scope\n"});
    write_file(k_root + "/run/systemd/sessions/7", "REMOTE=1\nREMOTE_HOST=203.0.113.5\nSERVICE=sshd\n");
    CHECK(peers(all) == Peers{"sshd 203.0.113.5"});
  }
  SECTION("neither: each one may be it, but none of another user's servers") {
    make({.pid = 100, .parent = 10, .name = "bash"});
    all.push_back(listener(8080));
    all.push_back(connection(7, at("192.0.2.1", 8080), at("192.0.2.99", 40000)));
    all.back().uid = 33;
    CHECK(peers(all) == Peers{"sshd 198.51.100.7", "sshd 203.0.113.5"});
  }
  SECTION("a session on a local terminal is none, whatever is connected") {
    make({.pid = 100, .name = "bash", .cgroup = "0::/user.slice/user-1000.slice/session-7.scope\n"});
    write_file(k_root + "/run/systemd/sessions/7", "REMOTE=0\nSERVICE=login\n");
    CHECK(peers(all).empty());
  }
}

TEST_CASE_METHOD(FreshHost, "login: mosh, xrdp, VNC and Tailscale are logins, too", "[guard]") {
  SECTION("mosh") {
    make({.pid = 10,
          .name = "mosh-server",
          .environment = "SSH_CONNECTION=198.51.100.7 40000 192.0.2.1 22",
          .sockets = {5}});
    make({.pid = 100, .parent = 10, .name = "bash"});
    Connection socket{
        .protocol = Connection::Protocol::udp, .local = at("0.0.0.0", 60001), .remote = at("0.0.0.0", 0)};
    socket.inode = 5;
    CHECK(peers({socket}) == Peers{"mosh-server 198.51.100.7"});
  }
  SECTION("xrdp") {
    make({.pid = 9, .name = "xrdp", .sockets = {5}});
    make({.pid = 10, .name = "xrdp-sesman"});
    make({.pid = 100, .parent = 10, .name = "bash"});
    CHECK(peers({listener(3389), connection(5, at("192.0.2.1", 3389), at("198.51.100.7", 40000))}) ==
          Peers{"xrdp 198.51.100.7"});
  }
  SECTION("VNC") {
    make({.pid = 100, .name = "bash", .environment = "DISPLAY=:2.0"});
    CHECK(peers({listener(5902), connection(5, at("192.0.2.1", 5902), at("198.51.100.7", 40000))}) ==
          Peers{"VNC 198.51.100.7"});
    CHECK(peers({listener(5901), connection(5, at("192.0.2.1", 5901), at("198.51.100.7", 40000))}).empty());
  }
  SECTION("VNC through the tunnel of an ssh") {
    make({.pid = 100, .name = "bash", .environment = "DISPLAY=:2"});
    make({.pid = 10, .name = "sshd", .sockets = {6, 7}});
    CHECK(peers({listener(5902), listener(22), connection(5, at("127.0.0.1", 5902), at("127.0.0.1", 40000)),
                 connection(6, at("127.0.0.1", 40000), at("127.0.0.1", 5902)),
                 connection(7, at("192.0.2.1", 22), at("198.51.100.7", 50000))}) ==
          Peers{"sshd 198.51.100.7"});
  }
  SECTION("Tailscale") {
    make({.pid = 10, .name = "tailscaled"});
    make({.pid = 100, .parent = 10, .name = "bash"});
    CHECK(peers({}) == Peers{"tailscaled -"});
  }
}

TEST_CASE_METHOD(FreshHost, "login: a circle among parents and between connections ends", "[guard]") {
  make({.pid = 100, .parent = 101, .name = "bash", .sockets = {5, 6}});
  make({.pid = 101, .parent = 100, .name = "bash"});
  CHECK(peers({listener(9), connection(5, at("127.0.0.1", 9), at("127.0.0.1", 10)),
               connection(6, at("127.0.0.1", 10), at("127.0.0.1", 9))})
            .empty());
}

TEST_CASE_METHOD(FreshHost, "login: the clients of a screen are followed, its own login is over", "[guard]") {
  const auto* name = GENERATE("screen", "zellij", "dtach");
  make({.pid = 50, .name = name});
  make({.pid = 100, .parent = 50, .name = "bash"});
  make({.pid = 10, .name = "sshd", .sockets = {5}});
  const std::vector<Connection> all{connection(5, at("192.0.2.1", 22), at("198.51.100.7", 40000))};
  CHECK(peers(all).empty());
  make({.pid = 60, .parent = 10, .name = name});
  CHECK(peers(all) == Peers{"sshd 198.51.100.7"});
}
