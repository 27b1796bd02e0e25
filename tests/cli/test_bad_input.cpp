#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

using namespace lab;
namespace fs = std::filesystem;

namespace {

/// A command that must fail with this status, say this, and change nothing.
void refused(const std::vector<std::string>& words, int status, const std::string& text) {
  const std::string before = snapshot();
  const auto start = std::chrono::steady_clock::now();
  const auto done = run_vdeup(words);
  INFO(done.out << done.err);
  CHECK(done.status == status);
  CHECK(done.err.find(text) != std::string::npos);
  CHECK(done.out.empty());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{15});
  CHECK(changes_since(before) == "");
}

const std::string k_dir = "/var/tmp/vde_switch0.root";
const std::string k_mgmt = "/var/tmp/vde_mgmt0.root";

/// A listening socket, held as long as the test.
int listen_at(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  REQUIRE(::listen(fd, 5) == 0);
  return fd;
}

} // namespace

TEST_CASE("bad input: names and paths", "[cli]") {
  refused({"create", "-b", "a234567890123456"}, 1, "it has 16 bytes, 15 are allowed");
  refused({"create", "-b", "br/0"}, 1, "'br/0' is not the name of a network interface");
  refused({"create", "-b", "br\n0"}, 1, "br\\x0a0");
  refused({"create", "-b", "lo"}, 1, "it exists and is not a bridge");
  refused({"create", "-s", "/var/tmp/" + std::string(90, 'x')}, 1, "UNIX sockets leave room for 92");
  refused({"create", "-S", "/var/tmp/" + std::string(100, 'x')}, 1, "UNIX sockets leave room for 100");
  refused({"create", "-s", "relative"}, 1, "not an absolute path");
  refused({"create", "-s", "/no/such/place/sw", "-S", "/no/such/place/mgmt"}, 2, "No such file or directory");
  refused({"create", "-u", "no-such-user"}, 1, "no such user");
  refused({"creat"}, 1, "did you mean 'create'?");
  refused({"create", "--dry-rum"}, 1, "unknown option '--dry-rum'");
  refused({"create", "now"}, 1, "now");
  for (const char* command : {"info", "ports"})
    refused({command}, 2, "no switch answers");
}

TEST_CASE("bad input: a socket directory of another user is refused, not used, not deleted", "[cli]") {
  needs_others();
  REQUIRE(::mkdir("/var/tmp/vde_switch0.nobody", 0700) == 0);
  REQUIRE(::chown("/var/tmp/vde_switch0.nobody", k_bob.uid, k_bob.gid) == 0);
  for (const char* command : {"create", "cancel", "info", "ports"}) { // check names it as a finding
    CAPTURE(command);
    refused({command, "-u", "nobody"}, 1, "it belongs to uid 1, not to nobody");
  }
}

TEST_CASE("bad input: a symbolic link is not followed", "[cli]") {
  clear_files();
  REQUIRE(::mkdir("/var/tmp/target", 0700) == 0);
  const std::string path = GENERATE(k_dir, k_mgmt);
  REQUIRE(::symlink("/var/tmp/target", path.c_str()) == 0);
  const std::string name = run({"id", "-un"}).out;
  if (name != "root\n")
    skip("needs the name root");
  refused({"create"}, 1, "it is a symbolic link");
  refused({"cancel"}, 1, "it is a symbolic link");
}

TEST_CASE("bad input: a lock of another user, or one that is no file, is refused", "[cli]") {
  needs_others();
  clear_files();
  const std::string lock = "/var/tmp/vde_switch0.nobody.lock";
  SECTION("another user's") {
    REQUIRE(run({"touch", lock}).status == 0);
    REQUIRE(::chown(lock.c_str(), k_bob.uid, k_bob.gid) == 0);
  }
  SECTION("a link") {
    REQUIRE(::symlink("/var/tmp/home", lock.c_str()) == 0);
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
    REQUIRE(::chown(lock.c_str(), k_alice.uid, k_alice.gid) == 0);
  }
  SECTION("a directory") {
    REQUIRE(::mkdir(lock.c_str(), 0777) == 0);
  }
  refused({"create", "-u", "nobody"}, 1, "will not use the lock");
}

TEST_CASE("bad input: a directory that lets in others is refused", "[cli]") {
  needs_others();
  REQUIRE(::mkdir(k_dir.c_str(), 0700) == 0);
  REQUIRE(::chmod(k_dir.c_str(), 0777) == 0);
  refused({"create"}, 1, "its mode 0777 lets in others");
}

TEST_CASE("bad input: a management socket of a process of somebody else is not talked to", "[cli]") {
  needs_others();
  REQUIRE(::mkdir("/var/tmp/vde_switch0.nobody", 0700) == 0);
  REQUIRE(::chown("/var/tmp/vde_switch0.nobody", k_alice.uid, k_alice.gid) == 0);
  // Bob's process listens, but the file was given to alice.
  const pid_t bob = ::fork();
  if (bob == 0) {
    if (::setresgid(k_bob.gid, k_bob.gid, k_bob.gid) < 0 || ::setresuid(k_bob.uid, k_bob.uid, k_bob.uid) < 0)
      ::_exit(1);
    (void)listen_at("/var/tmp/vde_mgmt0.nobody");
    for (;;)
      ::pause();
  }
  REQUIRE(eventually([] { return fs::exists("/var/tmp/vde_mgmt0.nobody"); }));
  REQUIRE(eventually([] {
    struct stat status {};
    return ::stat("/var/tmp/vde_mgmt0.nobody", &status) == 0 && (status.st_mode & 0777) == 0600;
  }));
  REQUIRE(::chown("/var/tmp/vde_mgmt0.nobody", k_alice.uid, k_alice.gid) == 0);
  refused({"create", "-u", "nobody"}, 1, "of uid 1 listens at");
  ::kill(bob, SIGKILL);
}

TEST_CASE("bad input: a management socket that never answers", "[cli]") {
  needs_others();
  REQUIRE(::mkdir(k_dir.c_str(), 0700) == 0);
  const int fd = listen_at(k_mgmt);
  refused({"create"}, 1, "does not answer");
  refused({"cancel"}, 1, "does not answer");
  refused({"info"}, 2, "is silent");
  // This test itself holds the socket, and is no vde_switch: not even -f kills it.
  refused({"cancel", "-f"}, 1, "is not a vde_switch");
  ::close(fd);
}

TEST_CASE("bad input: a management socket that talks nonsense", "[cli]") {
  needs_others();
  REQUIRE(::mkdir(k_dir.c_str(), 0700) == 0);
  const int fd = listen_at(k_mgmt);
  const pid_t babbler = ::fork();
  if (babbler == 0) {
    for (;;) {
      const int client = ::accept(fd, nullptr, nullptr);
      const std::string nonsense = "HTTP/1.1 400 Bad Request\r\n\r\n\nvde$ ";
      (void)!::write(client, nonsense.data(), nonsense.size());
      char byte = 0;
      while (::read(client, &byte, 1) > 0) {
      }
      ::close(client);
    }
  }
  ::close(fd);
  refused({"create"}, 1, "does not answer");
  ::kill(babbler, SIGKILL);
}

TEST_CASE("bad input: no vde_switch on this machine", "[cli]") {
  needs_others();
  if (::mount("/dev/null", "/usr/bin/vde_switch", nullptr, MS_BIND, nullptr) != 0)
    skip("cannot hide vde_switch");
  refused({"create"}, 2, "vde_switch is not installed");
}

TEST_CASE("bad input: a TUN device that the owner cannot open", "[cli]") {
  needs_others();
  REQUIRE(::mkdir("/var/tmp/home/dev", 0755) == 0);
  REQUIRE(::mknod("/var/tmp/home/dev/tun", S_IFCHR | 0600, 10 << 8 | 200) == 0);
  REQUIRE(::mount("/var/tmp/home/dev/tun", "/dev/net/tun", nullptr, MS_BIND, nullptr) == 0);
  refused({"create", "-u", "nobody"}, 2, "cannot open /dev/net/tun");
}

TEST_CASE("bad input: a umask that takes everything away takes nothing from the owner", "[cli]") {
  needs_others();
  const std::string before = snapshot();
  const std::string vdeup = bin_directory() + "/vdeup";
  CHECK(run({"sh", "-c", "umask 0777; " + vdeup + " create -u nobody"}).status == 0);
  CHECK(run_vdeup({"create"}, {.user = k_alice}).status == 0);
  CHECK(run_vdeup({"cancel", "--bridge", "-u", "nobody"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("bad input: closed standard streams do no harm", "[cli]") {
  const std::string before = snapshot();
  const std::string vdeup = bin_directory() + "/vdeup";
  CHECK(run({"sh", "-c", vdeup + " create <&- >&- 2>&-"}).status == 0);
  CHECK(run_vdeup({"check"}).status == 0);
  CHECK(run({"sh", "-c", vdeup + " cancel --bridge <&- >&- 2>&-"}).status == 0);
  CHECK(changes_since(before) == "");
}
