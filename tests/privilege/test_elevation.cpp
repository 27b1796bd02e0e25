// An ordinary user with each method to gain privileges that a host can offer: does `create` make the network
// by it and by no other, and what is said where there is none?

#include "privilege/elevation_lab.hpp"
#include "support/catch.hpp"

#include <filesystem>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

constexpr const char* k_allow = "allow user acue bridge ctysbr0 tap,bridge\n";

/// Create, look at what is there, and cancel with the bridge: all is as before.
void check_comes_and_goes(const std::vector<std::string>& options, const std::string& method) {
  const std::string before = lab::snapshot();
  std::vector<std::string> create{"-d", "1", "create"};
  create.insert(create.end(), options.begin(), options.end());
  const auto made = Host::vdeup(k_acue, create);
  INFO(made.out << made.err);
  REQUIRE(made.status == 0);
  CHECK(has(made.err, "vdeup-helper has its privileges by " + method));
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

} // namespace

TEST_CASE("elevation: an allowed user makes and removes the network by the file capability", "[privilege]") {
  const Host host;
  Host::set_policy(k_allow);
  check_comes_and_goes({}, "its file capability");
}

TEST_CASE("elevation: an allowed user makes and removes the network through sudo", "[privilege]") {
  const Host host{Capability::none};
  Host::set_policy(k_allow);
  let_sudo("Defaults env_reset, use_pty\nacue ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
  check_comes_and_goes({}, "sudo");
}

TEST_CASE("elevation: -Z excludes sudo, and so does the configuration where -Z is silent", "[privilege]") {
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

TEST_CASE("elevation: an allowed user makes and removes the network through doas", "[privilege]") {
  const Host host{Capability::none};
  needs("doas");
  own_run();
  Host::set_policy(k_allow);
  write_file("/etc/pam.d/doas",
             "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  write_file("/etc/doas.conf", "permit nopass acue as root cmd " + Host::helper() + " args\n");
  check_comes_and_goes({}, "doas");
}

TEST_CASE("elevation: if no method works, each is named with its reason, and nothing is changed",
          "[privilege]") {
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

TEST_CASE("elevation: a user whom the policy forbids is told the line by every method", "[privilege]") {
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

TEST_CASE("elevation: a network that is there takes no helper at all", "[privilege]") {
  const Host host;
  Host::set_policy(k_allow);
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  std::filesystem::remove(Host::helper());
  const auto again = Host::vdeup(k_acue, {"create"});
  INFO(again.err);
  CHECK(again.status == 0);
  CHECK(has(again.out, "reused"));
}
