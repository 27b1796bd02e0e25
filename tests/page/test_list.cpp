// The manual page, list and listall: the switches of all users in its row layout, and the sockets that
// clients have left behind.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace lab;
using namespace page;

namespace {

std::string host_name() {
  const std::string name = run({"uname", "-n"}).out;
  return name.substr(0, name.find('\n'));
}

const std::string k_heading =
    "switch                        |UID         |GID         |access      |machine-address\n"
    "------------------------------+------------+------------+------------+---------------\n";

std::string row(const std::string& path, const std::string& user, const std::string& access) {
  const auto wide = [](const std::string& text, std::size_t width) {
    return text + std::string(width > text.size() ? width - text.size() : 0, ' ') + "|";
  };
  return wide(path, 30) + wide(user, 12) + wide(user, 12) + wide(access, 12) + host_name() + "\n";
}

/// A switch that vdeup does not know, as Debian's ifupdown starts them.
void start_by_hand(const std::string& directory, const User& user) {
  require_good(run({"vde_switch", "-d", "-s", directory, "-m", "600"}, {.user = user}));
  REQUIRE(eventually([&directory] { return exists(directory + "/ctl"); }));
}

} // namespace

TEST_CASE("list: where there is no switch there is no row", "[page]") {
  for (const std::string& name : k_names)
    for (const std::string command : {"list", "listall"}) {
      const auto done = run_called(name, {command});
      CHECK(done.status == 0);
      CHECK(done.out == k_heading); // the 2010 tool had a row for "." here
      CHECK(run_called(name, {command, "-n"}).out.empty());
      CHECK(run_called(name, {command, "-X"}).out.empty());
      CHECK(run_called(name, {"-u", "nobody", command, "-n"}).out.empty());
    }
}

TEST_CASE("list: shows the switches of all users, to each of them", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create"}));
  require_good(run_vdeup({"create", "-u", "acue"}));
  require_good(run_vdeup({"create", "-u", "berta"}));
  const std::string expected = k_heading + row("/var/tmp/vde_switch0.acue", "acue", "rwx------") +
                               row("/var/tmp/vde_switch0.berta", "berta", "rwx------") +
                               row(k_dir, "root", "rwx------");
  for (const std::string& name : k_names)
    for (const User& user : {User{"root", 0, 0}, k_acue, k_carl})
      CHECK(run_called(name, {"list"}, {.user = user}).out == expected);
  // One user's alone; and locks beside the directories are no switches.
  CHECK(run_vdeup({"list", "-n", "-u", "berta"}).out ==
        row("/var/tmp/vde_switch0.berta", "berta", "rwx------"));
}

TEST_CASE("list: what is no directory of a switch is no row", "[page]") {
  needs_root();
  require_good(run({"touch", "/var/tmp/vde_switch0.file"}));
  REQUIRE(::symlink("/etc", "/var/tmp/vde_switch0.link") == 0);
  leave_dangling_socket("/var/tmp/vde_switch0.socket");
  REQUIRE(::mkdir("/var/tmp/vde_other", 0755) == 0);
  CHECK(run_vdeup({"list"}).out == k_heading);
}

TEST_CASE("list: shows switches of the system, under /run/vde2 and /run/vde.ctl", "[page]") {
  own_accounts();
  REQUIRE(::mount("tmpfs", "/run", "tmpfs", 0, "mode=0777") == 0);
  REQUIRE(::mkdir("/run/vde2", 0777) == 0);
  REQUIRE(::chmod("/run/vde2", 0777) == 0);
  start_by_hand("/run/vde2/tap7.ctl", k_berta);
  start_by_hand("/run/vde.ctl", k_carl);
  CHECK(run_called("ctys-setupVDE", {"list"}, {.user = k_acue}).out ==
        k_heading + row("/run/vde.ctl", "carl", "rwx--S---") +
            row("/run/vde2/tap7.ctl", "berta", "rwx--S---"));
  CHECK(run_vdeup({"listall", "-n"}).out.find(row("/run/vde2/tap7.ctl/ctl", "berta", "rw-------")) !=
        std::string::npos);
}

TEST_CASE("listall: shows the socket of each port, and marks those that nobody holds", "[page]") {
  needs_root();
  const Running vm = start_vm("web");
  leave_dangling_socket(k_dir + "/.4711-00000");
  leave_dangling_socket(k_dir + ".4712-1"); // where old clients put theirs
  const std::string list = run_called("ctys-setupVDE", {"list", "-n"}).out;
  CHECK(list == row(k_dir, "root", "rwx------")); // "the base-switch entries only"

  const std::string all = run_called("ctys-setupVDE", {"listall", "-n"}).out;
  INFO(all);
  const auto line_of = [&all](const std::string& path) {
    const std::size_t at = all.find("\n" + path + " ") == std::string::npos ? all.find("\n" + path + "|")
                                                                            : all.find("\n" + path + " ");
    return at == std::string::npos ? std::string{} : all.substr(at + 1, all.find('\n', at + 1) - at - 1);
  };
  CHECK(all.starts_with(row(k_dir, "root", "rwx------").substr(0, k_dir.size())));
  for (const std::string& dangling : {k_dir + "/.4711-00000", k_dir + ".4712-1"}) {
    CAPTURE(dangling);
    CHECK(line_of(dangling).ends_with("|" + host_name() + " (dangling)"));
  }
  CHECK(line_of(k_dir + "/ctl").ends_with("|" + host_name()));
  // Nothing in the directory is left out.
  std::size_t in_use = 0;
  for (const auto& entry : std::filesystem::directory_iterator(k_dir)) {
    const std::string line = line_of(entry.path());
    CAPTURE(entry.path(), line);
    CHECK_FALSE(line.empty());
    in_use += line.ends_with("|" + host_name()) ? 1U : 0U;
  }
  CHECK(in_use == 2); // ctl and the port of the VM
}

TEST_CASE("list: a name that others have chosen breaks no row and reaches no terminal", "[page]") {
  needs_root();
  for (const std::string name : {"a\nb", "\x1b[2J", "|root|root|rwx------|here", "\xff", "long"}) {
    const std::string path = "/var/tmp/vde_switch0." + name;
    REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  }
  leave_dangling_socket("/var/tmp/vde_switch0.a\nb/c\x1b]0;x\a");
  for (const std::string command : {"list", "listall"})
    for (const std::string option : {"-n", "-X", "--json"}) {
      const std::string out = run_vdeup({command, option}).out;
      CAPTURE(command, option, out);
      CHECK(std::all_of(out.begin(), out.end(), [](char c) { return c == '\n' || (c >= ' ' && c < 127); }));
      const auto rows = std::count(out.begin(), out.end(), '\n');
      CHECK(rows == (option == "--json" ? 1 : command == "list" ? 5 : 6));
      CHECK(out.find("vde_switch0.a\\") != std::string::npos);
    }
  // Terse rows have as many fields as ever.
  std::istringstream rows{run_vdeup({"list", "-X"}).out};
  std::size_t count = 0;
  for (std::string line; std::getline(rows, line); ++count)
    CHECK(std::count(line.begin(), line.end(), '|') == 4);
  CHECK(count == 5);
}
