// The templates that let the helper be started: does the program that each is for read it, and does it then
// start the helper for the users of the group vdeup, and for no others?

#include "privilege/elevation_lab.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
namespace fs = std::filesystem;

namespace {

/// acue is in the group vdeup, and berta is not.
void make_group() {
  std::ofstream{"/etc/group", std::ios::app} << "vdeup:x:5200:acue\n";
  own_run();
  for (const char* name : {"sudo", "doas", "polkit-1"})
    write_file(std::string{"/etc/pam.d/"} + name,
               "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  Host::set_policy("allow all bridge * all\n");
}

void check_is_for_the_group(const std::string& method) {
  const auto done = Host::vdeup(k_acue, {"-d", "1", "create"});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK(has(done.err, "vdeup-helper has its privileges by " + method));
  CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  const auto refused = Host::vdeup(k_berta, {"create"});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err, method + " ("));
}

} // namespace

TEST_CASE("templates: sudo reads its rule and follows it", "[privilege]") {
  const Host host{Capability::none};
  needs("sudo");
  make_group();
  const std::string rule = read_template("sudoers");
  fs::remove_all("/etc/sudoers.d");
  write_file("/etc/sudoers.d/vdeup", rule, 0440);
  write_file("/etc/sudoers", "Defaults env_reset\n@includedir /etc/sudoers.d\n", 0440);
  CHECK(has(must("visudo -c"), "/etc/sudoers.d/vdeup: parsed OK"));
  check_is_for_the_group("sudo");
  CHECK(lab::run({"sudo", "-n", Host::helper(), "more"}, {.user = k_acue}).status == 1);
}

TEST_CASE("templates: doas reads its rule and follows it", "[privilege]") {
  const Host host{Capability::none};
  needs("doas");
  make_group();
  write_file("/etc/doas.conf", read_template("doas.conf"));
  must("doas -C /etc/doas.conf");
  check_is_for_the_group("doas");
  const auto more = lab::run({"doas", "-C", "/etc/doas.conf", Host::helper(), "more"}, {.user = k_acue});
  CHECK(has(more.out, "deny"));
}

TEST_CASE("templates: polkit reads its action and its rule, and follows them", "[privilege]") {
  const Host host{Capability::none};
  needs("xmllint");
  make_group();
  const std::string action = "/var/tmp/home/org.vdeup.helper.policy";
  write_file(action, read_template("org.vdeup.helper.policy"));
  must("xmllint --nonet --noout --dtdvalid /usr/share/polkit-1/policyconfig-1.dtd " + action);
  write_file("/etc/polkit-1/rules.d/50-vdeup.rules", read_template("vdeup.rules"));
  const Polkit polkit;
  check_is_for_the_group("pkexec");
}
