// vdeup.conf: each setting, who wins where several say something, and whose files are believed. In a layer
// over /etc and in homes that exist in the test only.

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/spawn.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace lab;
namespace fs = std::filesystem;

namespace {

const std::string k_system_file = "/etc/vdeup/vdeup.conf";

std::string own_file(const User& user) {
  return home_of(user) + "/.config/vdeup/vdeup.conf";
}

void write_own_file(const User& user, const std::string& text) {
  write_file(own_file(user), text);
  for (fs::path path = own_file(user); path != home_of(user); path = path.parent_path())
    REQUIRE(::chown(path.c_str(), user.uid, user.gid) == 0);
}

/// Run vdeup as a user at home, with what else is in the environment.
Finished as(const User& user, const std::vector<std::string>& words,
            std::vector<std::string> environment = {}) {
  environment.push_back("HOME=" + home_of(user));
  return run_vdeup(words, {.user = user, .environment = std::move(environment)});
}

/// What `info` of acue is about, which it says whether there is a switch or not: the management socket.
std::string console_of_acue(const std::vector<std::string>& options = {},
                            const std::vector<std::string>& environment = {}) {
  std::vector<std::string> words{"info"};
  words.insert(words.end(), options.begin(), options.end());
  const auto done = as(k_acue, words, environment);
  const std::string key = "no switch answers at ";
  const std::size_t at = done.err.find(key);
  INFO(done.out << done.err);
  REQUIRE(at != std::string::npos);
  return done.err.substr(at + key.size(), done.err.find(": ", at) - at - key.size());
}

/// A file that is not to be used: status 1, its name and the reason, and nothing happens.
void refused_for_acue(const std::string& named, const std::string& reason) {
  for (const char* command : {"create", "cancel", "check", "info", "ports", "list", "listall"}) {
    const std::string before = snapshot();
    const auto done = as(k_acue, {command});
    CAPTURE(command, done.out, done.err);
    CHECK(done.status == 1);
    CHECK(done.err.find(named) != std::string::npos);
    CHECK(done.err.find(reason) != std::string::npos);
    CHECK(changes_since(before) == "");
  }
}

} // namespace

TEST_CASE("config: an option beats the environment, that one's own file, that the system's", "[config]") {
  own_accounts();
  CHECK(console_of_acue() == "/var/tmp/vde_mgmt0.acue");
  write_file(k_system_file, "socket = /var/tmp/vde_switch_system.%u\n");
  CHECK(console_of_acue() == "/var/tmp/vde_mgmt_system.acue");
  write_own_file(k_acue, "socket = /var/tmp/vde_switch_own\n");
  CHECK(console_of_acue() == "/var/tmp/vde_mgmt_own");
  CHECK(console_of_acue({}, {"QEMUSOCK=/var/tmp/vde_switch_env"}) == "/var/tmp/vde_mgmt_env");
  CHECK(console_of_acue({"-s", "/var/tmp/vde_switch_option"}, {"QEMUSOCK=/var/tmp/vde_switch_env"}) ==
        "/var/tmp/vde_mgmt_option");
  CHECK(console_of_acue({}, {"QEMUSOCK="}) == "/var/tmp/vde_mgmt_own"); // empty is not set
}

TEST_CASE("config: the setting mgmt goes with the setting socket", "[config]") {
  own_accounts();
  write_file(k_system_file, "socket = /var/tmp/sw.%u\nmgmt = /var/tmp/console.%U\n");
  CHECK(console_of_acue() == "/var/tmp/console.5001");
  CHECK(console_of_acue({"-S", "/var/tmp/option"}) == "/var/tmp/option");
  CHECK(console_of_acue({}, {"QEMUMGMT=/var/tmp/env"}) == "/var/tmp/env");
  CHECK(console_of_acue({"-s", "/var/tmp/other"}) == "/var/tmp/other.mgmt");
  CHECK(console_of_acue({}, {"QEMUSOCK=/var/tmp/other"}) == "/var/tmp/other.mgmt");
}

TEST_CASE("config: the setting socket-base is where all users' sockets are", "[config]") {
  own_accounts();
  REQUIRE(::mkdir("/var/tmp/sockets", 0777) == 0);
  REQUIRE(::chmod("/var/tmp/sockets", 01777) == 0);
  write_file(k_system_file, "socket-base = /var/tmp/sockets\n");
  CHECK(console_of_acue() == "/var/tmp/sockets/vde_mgmt0.acue");
  CHECK(console_of_acue({}, {"CTYS_SOCKBASE=/var/tmp/env"}) == "/var/tmp/env/vde_mgmt0.acue");
  REQUIRE(run_vdeup({"create", "-u", "acue"}).status == 0);
  CHECK(fs::exists("/var/tmp/sockets/vde_switch0.acue/ctl"));
  CHECK(as(k_berta, {"list", "-n"}).out.starts_with("/var/tmp/sockets/vde_switch0.acue"));
}

TEST_CASE("config: %u and %U are the owner, and list looks at everybody's", "[config]") {
  own_accounts();
  write_file(k_system_file, "socket = /var/tmp/%u-%U.sw\n");
  REQUIRE(run_vdeup({"create", "-u", "acue"}).status == 0);
  CHECK(fs::exists("/var/tmp/acue-5001.sw/ctl"));
  write_file(k_system_file, "socket = /var/tmp/net/%u/switch\n");
  for (const User& user : {k_acue, k_berta}) {
    const std::string directory = std::string{"/var/tmp/net/"} + user.name;
    fs::create_directories(directory);
    REQUIRE(::chown(directory.c_str(), user.uid, user.gid) == 0);
    REQUIRE(run_vdeup({"create", "-u", user.name}).status == 0);
  }
  const std::string list = as(k_carl, {"list", "-n", "-X"}).out;
  CHECK(list.find("/var/tmp/net/acue/switch|acue|") != std::string::npos);
  CHECK(list.find("/var/tmp/net/berta/switch|berta|") != std::string::npos);
}

TEST_CASE("config: a path for the caller alone is not used for another user", "[config]") {
  own_accounts();
  write_file(k_system_file, "socket = /var/tmp/vde_switch_fixed\n");
  CHECK(console_of_acue() == "/var/tmp/vde_mgmt_fixed");
  REQUIRE(run_vdeup({"create", "-u", "acue"}).status == 0);
  CHECK(fs::exists("/var/tmp/vde_switch0.acue/ctl"));
  CHECK_FALSE(fs::exists("/var/tmp/vde_switch_fixed"));
}

TEST_CASE("config: the setting bridge is what -b is", "[config]") {
  own_accounts();
  const auto bridge_of = [](const std::vector<std::string>& options) {
    std::vector<std::string> words{"create", "-u", "acue", "--dry-run", "-X"};
    words.insert(words.end(), options.begin(), options.end());
    const std::string plan = run_vdeup(words).out;
    return plan.substr(0, plan.find('\n'));
  };
  CHECK(bridge_of({}) == "create-bridge|ctysbr0");
  write_file(k_system_file, "bridge = sysbr0\n");
  CHECK(bridge_of({}) == "create-bridge|sysbr0");
  CHECK(bridge_of({"-b", "br9"}) == "create-bridge|br9");
  write_file(k_system_file, "bridge = br/0\n");
  CHECK(run_vdeup({"create", "-u", "acue"}).status == 1);
  CHECK(run_vdeup({"list"}).status == 0); // which has no use for it
}

TEST_CASE("config: the setting share opens a switch to a group, and -g beats it", "[config]") {
  own_accounts();
  write_file(k_system_file, "share = lab\n");
  REQUIRE(run_vdeup({"create", "-u", "acue"}).status == 0);
  CHECK(run({"stat", "--format=%a %G", "/var/tmp/vde_switch0.acue"}).out == "2750 lab\n");
  REQUIRE(run_vdeup({"cancel", "-u", "acue"}).status == 0);
  REQUIRE(run_vdeup({"create", "-u", "acue", "-g", "kvm"}).status == 0);
  CHECK(run({"stat", "--format=%a %G", "/var/tmp/vde_switch0.acue"}).out == "2700 kvm\n");
}

TEST_CASE("config: the setting debug is what -d is", "[config]") {
  own_accounts();
  write_file(k_system_file, "debug = 1\n");
  CHECK(run_vdeup({"create"}).err.find("begin: ") != std::string::npos);
  CHECK(run_vdeup({"cancel", "-d", "0"}).err.find("begin: ") == std::string::npos);
  write_file(k_system_file, "debug = loud\n");
  const auto done = run_vdeup({"info"});
  CHECK(done.status == 1);
  CHECK(done.err.find("'loud'") != std::string::npos);
}

TEST_CASE("config: a line that is wrong is named with its file and its number", "[config]") {
  own_accounts();
  write_own_file(k_acue, "# mine\n\nbridge = br0\nsoket = /var/tmp/x\n");
  refused_for_acue("line 4 of " + own_file(k_acue), "did you mean 'socket'?");
  write_own_file(k_acue, "bridge\n");
  refused_for_acue("line 1 of " + own_file(k_acue), "has no '='");
  write_own_file(k_acue, "");
  write_file(k_system_file, "bridge = br0\nbridge = br1\n");
  refused_for_acue("line 2 of " + k_system_file, "stands in an earlier line");
}

TEST_CASE("config: a file that others can write to is not believed", "[config]") {
  own_accounts();
  const bool is_own = GENERATE(true, false);
  const std::string path = is_own ? own_file(k_acue) : k_system_file;
  if (is_own)
    write_own_file(k_acue, "bridge = br0\n");
  else
    write_file(k_system_file, "bridge = br0\n");
  for (const mode_t mode : {0666U, 0664U, 0646U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    refused_for_acue("will not use " + path, "others than its owner can write to it");
  }
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(as(k_acue, {"list"}).status == 0);
}

TEST_CASE("config: a file of somebody else is not believed", "[config]") {
  own_accounts();
  write_own_file(k_acue, "bridge = br0\n");
  REQUIRE(::chown(own_file(k_acue).c_str(), k_carl.uid, k_carl.gid) == 0);
  refused_for_acue("will not use " + own_file(k_acue), "it belongs to uid 5003");
  REQUIRE(::chown(own_file(k_acue).c_str(), 0, 0) == 0); // root's may stand there
  CHECK(as(k_acue, {"list"}).status == 0);
  // Not even the caller's own is the system's.
  write_file(k_system_file, "bridge = br0\n");
  REQUIRE(::chown(k_system_file.c_str(), k_acue.uid, k_acue.gid) == 0);
  refused_for_acue("will not use " + k_system_file, "it belongs to uid 5001");
}

TEST_CASE("config: what is no plain file, or one without end, is not read", "[config]") {
  own_accounts();
  write_file(k_system_file, "");
  fs::remove(k_system_file);
  REQUIRE(::mkfifo(k_system_file.c_str(), 0600) == 0);
  REQUIRE(::chmod(k_system_file.c_str(), 0644) == 0);
  refused_for_acue("will not use " + k_system_file, "it is not a plain file");
  fs::remove(k_system_file);
  write_file(k_system_file, std::string(std::size_t{65} * 1024, '#'));
  refused_for_acue("will not read " + k_system_file, "it is too large");
}

TEST_CASE("config: root is at home where the user database says, whatever HOME says", "[config]") {
  own_accounts();
  write_own_file(k_acue, "bridge = acuesbr\n");
  const auto plan = run_vdeup({"create", "--dry-run", "-X"}, {.environment = {"HOME=" + home_of(k_acue)}});
  CHECK(plan.out.starts_with("create-bridge|ctysbr0\n"));
}

TEST_CASE("config: XDG_CONFIG_HOME says where one's own file is", "[config]") {
  own_accounts();
  write_own_file(k_acue, "socket = /var/tmp/vde_switch_home\n");
  write_file("/var/tmp/home/xdg/vdeup/vdeup.conf", "socket = /var/tmp/vde_switch_xdg\n");
  CHECK(console_of_acue({}, {"XDG_CONFIG_HOME=/var/tmp/home/xdg"}) == "/var/tmp/vde_mgmt_xdg");
  CHECK(console_of_acue({}, {"XDG_CONFIG_HOME=relative"}) == "/var/tmp/vde_mgmt_home");
}
