// The templates that let the helper be started: does the program that each is for read it, and does it then
// start the helper for the users of the group vdeup, and for no others?

#include "privilege/privilege_lab.hpp"

#include <catch2/catch.hpp>

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
namespace fs = std::filesystem;

namespace {

/// A template as it is installed, for the helper of the lab.
std::string read_template(const std::string& name) {
  std::ifstream file{std::string{VDEUP_TEST_TEMPLATES} + "/" + name};
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(!text.str().empty());
  std::string ready = text.str();
  if (const std::size_t at = ready.find(VDEUP_TEST_HELPER_PATH); at != std::string::npos)
    ready.replace(at, std::string{VDEUP_TEST_HELPER_PATH}.size(), Host::helper());
  return ready;
}

/// acue is in the group vdeup, and berta is not.
void make_group() {
  std::ofstream{"/etc/group", std::ios::app} << "vdeup:x:5200:acue\n";
  REQUIRE(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0);
  for (const char* name : {"sudo", "doas", "polkit-1"})
    write_file(std::string{"/etc/pam.d/"} + name,
               "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  Host::set_policy("allow all bridge * all\n");
}

void check_is_for_the_group(const std::string& way) {
  const auto done = Host::vdeup(k_acue, {"-d", "1", "create"});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK(has(done.err, "vdeup-helper has its privilege by " + way));
  CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  const auto refused = Host::vdeup(k_berta, {"create"});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err, way + " ("));
}

/// Put a file into a directory of the machine's, for this test only.
void put(const std::string& directory, const std::string& name, const std::string& text) {
  const std::string copy = "/var/tmp/home/" + fs::path{directory}.filename().string();
  fs::create_directories(copy);
  fs::copy(directory, copy, fs::copy_options::overwrite_existing);
  write_file(copy + "/" + name, text);
  REQUIRE(::mount(copy.c_str(), directory.c_str(), nullptr, MS_BIND, nullptr) == 0);
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
  for (const char* program : {"pkexec", "pkcheck", "pkaction", "dbus-daemon", "xmllint"})
    needs(program);
  if (!fs::exists("/usr/lib/polkit-1/polkitd"))
    lab::skip("needs polkitd");
  make_group();
  const std::string action = "/var/tmp/home/org.vdeup.helper.policy";
  write_file(action, read_template("org.vdeup.helper.policy"));
  must("xmllint --nonet --noout --dtdvalid /usr/share/polkit-1/policyconfig-1.dtd " + action);
  put("/usr/share/polkit-1/actions", "org.vdeup.helper.policy", read_template("org.vdeup.helper.policy"));
  write_file("/etc/polkit-1/rules.d/50-vdeup.rules", read_template("vdeup.rules"));
  fs::create_directories("/run/dbus");
  const lab::Running bus{{"dbus-daemon", "--system", "--nofork", "--nopidfile"}};
  REQUIRE(lab::eventually([] { return fs::exists("/run/dbus/system_bus_socket"); }));
  const lab::Running polkit{{"/usr/lib/polkit-1/polkitd", "--no-debug"}};
  REQUIRE(lab::eventually([] {
    return lab::run({"pkaction", "--action-id", "org.vdeup.helper"}).status == 0;
  }));
  check_is_for_the_group("pkexec");
}
