// What others can put at the paths of a switch: never used, never deleted, but named, with the way out of it.

#include "check_report.hpp"
#include "support/catch.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

using namespace lab;

namespace {

const std::string k_dir = "/var/tmp/vde_switch0.nobody";
const std::string k_mgmt = "/var/tmp/vde_mgmt0.nobody";
constexpr int k_nothing_there = 2;

void sh_as_bob(const std::string& line) {
  const auto done = run({"sh", "-c", line}, {.user = k_bob});
  INFO(done.err);
  REQUIRE(done.status == 0);
}

/// A socket that this user has made, and that nobody listens to.
void bind_as(const User& user, const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    const bool done = ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                      ::setresuid(user.uid, user.uid, user.uid) == 0 &&
                      ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::_exit(done ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(status == 0);
}

const std::vector<Trouble> k_troubles{
    {"directory is another user's",
     [] { sh_as_bob("mkdir -m 0700 " + k_dir); },
     "it belongs to uid 1, not to nobody",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"console is another user's",
     [] {
       bind_as(k_bob, k_mgmt);
       sh("chmod 0600 " + k_mgmt);
     },
     "it belongs to uid 1, not to nobody",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"directory is a symbolic link",
     [] { sh_as_bob("ln -s /var/tmp/home " + k_dir); },
     "it is a symbolic link",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"console is a symbolic link",
     [] { sh_as_bob("ln -s /var/tmp/home " + k_mgmt); },
     "it is a symbolic link",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"directory is a file",
     [] { sh_as_bob("touch " + k_dir); },
     "it is not a directory",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"console is a directory",
     [] { sh_as_bob("mkdir " + k_mgmt); },
     "it is not a socket",
     true,
     k_nothing_there,
     {"-u", "nobody"}},
    {"directory lets in others",
     [] { sh("mkdir -m 0777 " + k_dir + " && chmod 0777 " + k_dir + " && chown nobody: " + k_dir); },
     "its mode 0777 lets in others than nobody",
     true,
     1,
     {"-u", "nobody"}},
    {"console lets in others",
     [] {
       bind_as(k_alice, k_mgmt);
       sh("chmod 0666 " + k_mgmt);
     },
     "its mode 0666 lets in others than nobody",
     true,
     1,
     {"-u", "nobody"}},
};

} // namespace

TEST_CASE("check: what is squatted is named as a fault, and what it prints clears the way", "[check]") {
  needs_others();
  const Trouble trouble = GENERATE(from_range(k_troubles));
  require_named_and_mended(trouble);
  const auto create = run_vdeup({"create", "-u", "nobody"});
  INFO(trouble.name << ": " << create.err);
  CHECK(create.status == 0);
  CHECK(check({"-u", "nobody"}).status() == 0);
  (void)run_vdeup({"cancel", "-u", "nobody", "--bridge"});
  clear_files();
}

TEST_CASE("check: a ctl that lets in others is named under a sound switch", "[check]") {
  needs_others();
  sh("vdeup create -u nobody");
  require_named_and_mended({"ctl",
                            [] { sh("chmod 0666 " + k_dir + "/ctl"); },
                            "its mode 0666 lets in others",
                            true,
                            0,
                            {"-u", "nobody"}});
}

TEST_CASE("check: a lock that another user has put there is named", "[check]") {
  needs_others();
  sh("vdeup create -u nobody && rm " + k_dir + ".lock");
  require_named_and_mended({"lock",
                            [] { sh_as_bob("touch " + k_dir + ".lock"); },
                            "will not use the lock /var/tmp/vde_switch0.nobody.lock",
                            true,
                            0,
                            {"-u", "nobody"}});
}

TEST_CASE("check: what it refuses to use it leaves as it is", "[check]") {
  needs_others();
  sh_as_bob("ln -s /var/tmp/home " + k_dir);
  const std::string before = snapshot();
  CHECK(check({"-u", "nobody"}).status() == 1);
  CHECK(check({"-u", "nobody", "--json"}).says("\"network\":null"));
  CHECK(changes_since(before) == "");
}
