#include "privilege/elevation_lab.hpp"

#include "support/catch.hpp"

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace privilege_lab {
namespace {

namespace fs = std::filesystem;

/// Put a file into a directory of the machine's, for this test only.
void put(const std::string& directory, const std::string& name, const std::string& text) {
  const std::string copy = "/var/tmp/home/" + fs::path{directory}.filename().string();
  fs::create_directories(copy);
  if (!fs::equivalent(copy, directory)) // else a former section has put it there
    fs::copy(directory, copy, fs::copy_options::overwrite_existing);
  write_file(copy + "/" + name, text);
  REQUIRE(::mount(copy.c_str(), directory.c_str(), nullptr, MS_BIND, nullptr) == 0);
}

lab::Running start_bus() {
  for (const char* program : {"pkexec", "pkcheck", "pkaction", "dbus-daemon"})
    needs(program);
  if (!fs::exists("/usr/lib/polkit-1/polkitd"))
    lab::skip("needs polkitd");
  put("/usr/share/polkit-1/actions", "org.vdeup.helper.policy", read_template("org.vdeup.helper.policy"));
  fs::create_directories("/run/dbus");
  lab::Running bus{{"dbus-daemon", "--system", "--nofork", "--nopidfile"}};
  REQUIRE(lab::eventually([] { return fs::exists("/run/dbus/system_bus_socket"); }));
  return bus;
}

} // namespace

void own_run() {
  REQUIRE(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0);
}

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

void let_sudo(const std::string& rules) {
  needs("sudo");
  own_run();
  std::filesystem::remove_all("/etc/sudoers.d");
  write_file("/etc/sudoers", rules, 0440);
  write_file("/etc/pam.d/sudo", "auth required pam_permit.so\naccount required pam_permit.so\n");
}

void hide(const std::string& program) {
  if (const std::string path = "/usr/bin/" + program; fs::exists(path)) {
    write_file("/var/tmp/home/nothing", "", 0600);
    REQUIRE(::mount("/var/tmp/home/nothing", path.c_str(), nullptr, MS_BIND, nullptr) == 0);
  }
}

Polkit::Polkit() : m_bus(start_bus()), m_daemon({"/usr/lib/polkit-1/polkitd", "--no-debug"}) {
  REQUIRE(lab::eventually([] {
    return lab::run({"pkaction", "--action-id", "org.vdeup.helper"}).status == 0;
  }));
}

} // namespace privilege_lab
