// An ordinary user with each way to privilege that a host can offer: does `create` make the network by it,
// and by nothing else; and what is said where there is none?

#include "privilege/privilege_lab.hpp"

#include <catch2/catch.hpp>

#include <sys/mount.h>

#include <filesystem>
#include <fstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

constexpr const char* k_allow = "allow user acue bridge ctysbr0 tap,bridge\n";

/// Create, look at what is there, and cancel with the bridge: all is as before.
void check_comes_and_goes(const std::vector<std::string>& options, const std::string& way) {
  const std::string before = lab::snapshot();
  std::vector<std::string> create{"-d", "1", "create"};
  create.insert(create.end(), options.begin(), options.end());
  const auto made = Host::vdeup(k_acue, create);
  INFO(made.out << made.err);
  REQUIRE(made.status == 0);
  CHECK(has(made.err, "vdeup-helper has its privilege by " + way));
  CHECK(has(show("tap0"), "alias vdeup uid=5001 switch="));
  CHECK(has(show("tap0"), "master ctysbr0"));
  CHECK(has(show("ctysbr0"), "alias vdeup bridge"));
  CHECK(Host::vdeup(k_acue, {"-X", "check"}).status == 0);

  std::vector<std::string> cancel{"cancel", "--bridge"};
  cancel.insert(cancel.end(), options.begin(), options.end());
  const auto gone = Host::vdeup(k_acue, cancel);
  INFO(gone.out << gone.err);
  CHECK(gone.status == 0);
  CHECK(lab::changes_since(before).empty());
}

/// A /run of our own, for the tickets of sudo and the like.
void own_run() {
  REQUIRE(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0);
}

void let_sudo(const std::string& rules) {
  needs("sudo");
  own_run();
  std::filesystem::remove_all("/etc/sudoers.d");
  write_file("/etc/sudoers", rules, 0440);
  write_file("/etc/pam.d/sudo", "auth required pam_permit.so\naccount required pam_permit.so\n");
}

/// sudo wants acue's password, which is `secret`, and takes it from the terminal.
void let_sudo_ask() {
  let_sudo("Defaults env_reset, use_pty\nacue ALL=(root) PASSWD: " + Host::helper() + " \"\"\n");
  write_file("/etc/pam.d/sudo", "auth required pam_unix.so\naccount required pam_permit.so\n");
  std::ofstream{"/etc/shadow", std::ios::app} << "acue:$6$vdeup$08JurU/pyJgxvFDOdWO7aerNmnGSybLtUp0ZepR8/"
                                                 "YwViFD81m8gQbWIMpMoJEJjHAtSQi0.sscy1o6.T1Kde/"
                                                 ":19000::::::\n";
}

/// acue at a terminal. What vdeup and sudo say there is the output.
lab::Running at_terminal(const std::string& options) {
  needs("script");
  return lab::Running{{"script", "-qec", std::string{k_prefix} + "/bin/vdeup -d 1 " + options, "/dev/null"},
                      {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}}};
}

} // namespace

TEST_CASE("ways: an allowed user makes and removes the network by the file capability", "[privilege]") {
  const Host host;
  Host::set_policy(k_allow);
  check_comes_and_goes({}, "its file capability");
}

TEST_CASE("ways: an allowed user makes and removes the network through sudo", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo("Defaults env_reset, use_pty\nacue ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
  check_comes_and_goes({}, "sudo");
}

TEST_CASE("ways: -Z excludes sudo, and so does the configuration where -Z is silent", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo("acue ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
  const auto excluded = Host::vdeup(k_acue, {"-Z", "NOSUDO", "create"});
  CHECK(excluded.status == 2);
  CHECK(has(excluded.err, "sudo (-Z NOSUDO excludes it)"));
  write_file("/etc/vdeup/vdeup.conf", "privilege = NOSUDO\n");
  CHECK(Host::vdeup(k_acue, {"create"}).status == 2);
  CHECK(Host::vdeup(k_acue, {"-Z", "SUDO", "create"}).status == 0);
}

TEST_CASE("ways: an allowed user makes and removes the network through doas", "[privilege]") {
  const Host host{Capability::none};
  needs("doas");
  own_run();
  Host::set_policy(k_allow);
  write_file("/etc/pam.d/doas",
             "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  write_file("/etc/doas.conf", "permit nopass acue as root cmd " + Host::helper() + " args\n");
  check_comes_and_goes({}, "doas");
}

TEST_CASE("ways: where there is none, each is named with its reason, and nothing is changed", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo("Defaults env_reset\n");
  const std::string before = lab::snapshot();
  const auto done = Host::vdeup(k_acue, {"create"});
  INFO(done.err);
  CHECK(done.status == 2);
  for (const char* part : {"has no file capability", "ksu (", "sudo (", "doas (", "pkexec (",
                           "hint: run `sudo vdeup create -u acue"})
    CHECK(has(done.err, part));
  CHECK(lab::changes_since(before).empty());
}

TEST_CASE("ways: sudo that wants a password is not waited for without a terminal", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo_ask();
  const auto done = lab::run({std::string{k_prefix} + "/bin/vdeup", "-Z", "SUDO", "create"},
                             {.user = k_acue, .patience = std::chrono::seconds{20}});
  INFO(done.err);
  CHECK(done.status == 2);
  CHECK(has(done.err, "sudo (sudo: a password is required)"));
}

TEST_CASE("ways: at a terminal sudo asks for the password, once, and the network is made", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo_ask();
  lab::Running typed = at_terminal("-Z SUDO create");
  const bool asked = typed.wait_for("password for acue:");
  INFO(typed.output());
  REQUIRE(asked);
  CHECK(!exists("ctysbr0"));
  typed.write("secret\n");
  const auto done = typed.finish();
  INFO(done.out);
  CHECK(done.status == 0);
  CHECK(has(done.out, "vdeup-helper has its privilege by sudo"));
  CHECK(done.out.find("password for") == done.out.rfind("password for"));
  CHECK(has(show("tap0"), "master ctysbr0"));
}

TEST_CASE("ways: nobody is asked at a terminal without having wished for it", "[privilege]") {
  const std::string options = GENERATE(as<std::string>{}, "create", "-Z SUDO --no-prompt create");
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo_ask();
  const auto done = at_terminal(options).finish(std::chrono::seconds{20});
  INFO(done.out);
  CHECK(done.status == 2);
  CHECK(!has(done.out, "password for"));
  CHECK(!exists("ctysbr0"));
}

TEST_CASE("ways: a user whom the policy forbids is told the line by every way", "[privilege]") {
  const bool by_sudo = GENERATE(false, true);
  const Host host{by_sudo ? Capability::none : Capability::given};
  Host::set_policy("# who may do what\nallow group lab bridge * all\ndeny user berta bridge * all\n");
  if (by_sudo)
    let_sudo("berta ALL=(root) NOPASSWD: " + Host::helper() + "\n");
  const std::string before = lab::snapshot();
  const auto done = Host::vdeup(k_berta, {"create"});
  INFO(done.err);
  CHECK(done.status == 1);
  CHECK(has(done.err, "line 3 of /etc/vdeup/policy.conf denies 'bridge' on ctysbr0 to berta"));
  CHECK(lab::changes_since(before).empty());
}

TEST_CASE("ways: a network that is there takes no helper at all", "[privilege]") {
  const Host host;
  Host::set_policy(k_allow);
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  std::filesystem::remove(Host::helper());
  const auto again = Host::vdeup(k_acue, {"create"});
  INFO(again.err);
  CHECK(again.status == 0);
  CHECK(has(again.out, "reused"));
}
