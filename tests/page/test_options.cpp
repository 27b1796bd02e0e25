// The manual page, OPTIONS: a row for each, with what it does to the kernel, to files and to the answer. Each
// is called under both names, before and behind the command word. Those that work on other hosts (-r, -l) are
// held to leaving this one alone; -g and --share have more tests in test_sharing.cpp.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <algorithm>
#include <functional>

using namespace lab;
using namespace page;

namespace {

/// How a command line is written.
struct Form {
  std::string name;
  bool is_before = true; ///< the options stand before the command word
};

using Words = std::vector<std::string>;

Finished call(const Form& form, Words options, const std::string& command) {
  options.insert(form.is_before ? options.end() : options.begin(), command);
  return run_called(form.name, std::move(options));
}

Finished good(const Form& form, const Words& options, const std::string& command) {
  const auto done = call(form, options, command);
  require_good(done);
  return done;
}

/// -b forces the bridge: the first in alphabetical order is another. One that is not there is made.
void check_bridge(const Form& form) {
  make_bridge("abr");
  make_bridge("zbr");
  good(form, {"-b", "zbr"}, "create");
  CHECK(ports_of("zbr") == "tap0");
  CHECK(ports_of("abr").empty());
  good(form, {}, "cancel");
  good(form, {"-b", "newbr"}, "create");
  CHECK(ports_of("newbr") == "tap0");
  good(form, {"--bridge"}, "cancel");
  CHECK(link("newbr").empty());
  good(form, {}, "create");
  CHECK(ports_of("abr") == "tap0");
  good(form, {}, "cancel");
  remove_link("abr");
  remove_link("zbr");
}

void check_debug(const Form& form) {
  CHECK_FALSE(has(good(form, {"-d", "0"}, "create").err, "begin: "));
  good(form, {}, "cancel");
  CHECK(has(good(form, {"-d", "1"}, "create").err, "begin: create TAP tap0"));
  CHECK(has(good(form, {"-d", "0,w:3,i:3"}, "cancel").err, "begin: delete TAP tap0"));
  CHECK(has(run_called(form.name, {"create"}).err, "bridge ctysbr0"));
  good(form, {}, "cancel");
  CHECK_FALSE(has(good(form, {"-d", "0,I:0"}, "create").err, "bridge ctysbr0"));
  good(form, {"--bridge"}, "cancel");
}

/// What it does to a switch that does not answer, "kill <PID>", is in test_cancel.cpp.
void check_force(const Form& form) {
  const Running vm = start_vm("web");
  CHECK(call(form, {}, "cancel").status == 1);
  CHECK_FALSE(list_switches().empty());
  good(form, {"-f", "--bridge"}, "cancel");
  CHECK(list_switches().empty());
}

void check_group(const Form& form) {
  const std::string dir = "/var/tmp/vde_switch0.acue";
  good(form, {"-u", "acue"}, "create");
  CHECK(access_of(dir) == "700 acue acue"); // rwx------
  good(form, {"-u", "acue"}, "cancel");
  good(form, {"-u", "acue", "-g", "kvm"}, "create");
  CHECK(access_of(dir) == "2700 acue kvm"); // rwx--S---
  CHECK(has(good(form, {}, "list").out, "|acue        |kvm         |rwx--S---   |"));
  good(form, {"-u", "acue", "--bridge"}, "cancel");
}

void check_help(const Form& form) {
  const auto help = good(form, {"-h"}, "create");
  CHECK(has(help.out, "Usage: " + form.name));
  for (const char* option :
       {"-b", "-d", "-f", "-g", "-h", "-H", "-i", "-l", "-n", "-r", "-s", "-S", "-u", "-V", "-X", "-Z"})
    CHECK(has(help.out, std::string{"\n  "} + option + " "));
  CHECK(has(good(form, {"--help"}, "cancel").out, "Usage: " + form.name));
}

void check_interface(const Form& form) {
  make_bridge("abr");
  make_bridge("zbr");
  require_good(run({"ip", "link", "add", "nic0", "type", "veth", "peer", "name", "nic0-peer"}));
  require_good(run({"ip", "link", "set", "nic0", "master", "zbr"}));
  good(form, {"-i", "nic0"}, "create");
  CHECK(ports_of("abr").empty());
  CHECK(has(ports_of("zbr"), "tap0"));
  good(form, {}, "cancel");
  for (const char* name : {"abr", "zbr", "nic0"})
    remove_link(name);
  CHECK(call(form, {"-i", "nic0"}, "create").status == 2);
}

/// Whether the other host can be reached or not, this one stays as it is.
void check_remote(const Form& form) {
  const std::string before = snapshot();
  CHECK(call(form, {"-r", "nobody@host.invalid"}, "create").status != 0);
  CHECK(call(form, {"-l", "nobody", "-r", "host.invalid, other.invalid"}, "create").status != 0);
  CHECK(changes_since(before) == "");
}

void check_no_heading(const Form& form) {
  good(form, {}, "create");
  for (const std::string command : {"list", "listall", "ports"}) {
    const std::string with = good(form, {}, command).out;
    const std::string without = good(form, {"-n"}, command).out;
    CAPTURE(command, with, without);
    CHECK(has(with, command == "ports" ? "port  name" : "|machine-address\n"));
    CHECK_FALSE(has(without, command == "ports" ? "port  name" : "|machine-address\n"));
    CHECK(std::count(with.begin(), with.end(), '\n') > std::count(without.begin(), without.end(), '\n'));
    CHECK_FALSE(without.empty());
  }
  good(form, {"--bridge"}, "cancel");
}

void check_socket(const Form& form) {
  good(form, {"-s", "/var/tmp/alternate"}, "create");
  CHECK(access_of("/var/tmp/alternate/ctl") == "600 root root");
  CHECK(exists("/var/tmp/alternate.mgmt"));
  CHECK_FALSE(exists(k_dir));
  CHECK(has(good(form, {"-s", "/var/tmp/alternate"}, "info").out, "/var/tmp/alternate\n"));
  CHECK(call(form, {}, "info").status == 2);
  good(form, {"-s", "/var/tmp/alternate", "--bridge"}, "cancel");
}

void check_management(const Form& form) {
  good(form, {"-S", "/var/tmp/console"}, "create");
  CHECK(access_of("/var/tmp/console") == "600 root root");
  CHECK(exists(k_dir + "/ctl"));
  CHECK_FALSE(exists(k_mgmt));
  CHECK(has(good(form, {"-S", "/var/tmp/console"}, "info").out, "/var/tmp/console\n"));
  good(form, {"-S", "/var/tmp/console", "--bridge"}, "cancel");
}

void check_user(const Form& form) {
  good(form, {"-u", "acue"}, "create");
  CHECK(access_of("/var/tmp/vde_switch0.acue") == "700 acue acue");
  CHECK(access_of("/var/tmp/vde_mgmt0.acue") == "600 acue acue");
  CHECK(has(link("tap0"), " user acue "));
  CHECK(access_of("/proc/" + switch_pid()) == "555 acue acue");
  good(form, {"-u", "acue"}, "cancel");
  good(form, {"-u", "acue.kvm"}, "create");
  CHECK(access_of("/var/tmp/vde_switch0.acue") == "700 acue kvm");
  good(form, {"-u", "acue", "--bridge"}, "cancel");
}

void check_version(const Form& form) {
  const std::string bare = good(form, {"-X", "-V"}, "create").out;
  CHECK(std::count(bare.begin(), bare.end(), '.') == 2);
  CHECK(std::all_of(bare.begin(), bare.end(),
                    [](char c) { return std::string{"0123456789.\n"}.find(c) != std::string::npos; }));
  CHECK(good(form, {"-V"}, "create").out == form.name + (form.name == "vdeup" ? " " : " (vdeup) ") + bare);
}

void check_terse(const Form& form) {
  CHECK(good(form, {"-X"}, "create").out ==
        "bridge|ctysbr0|created\ntap|tap0|created\nswitch|" + k_dir + "|created\n");
  const auto check = good(form, {"-X"}, "check");
  CHECK(check.out + check.err == ""); // as the ctys plugin for QEMU calls it
  CHECK(good(form, {"-X"}, "list").out.starts_with(k_dir + "|root|root|rwx------|"));
  CHECK(good(form, {"-X"}, "ports").out.starts_with("1|tap0|||0|"));
  CHECK(good(form, {"-X"}, "info").out.starts_with("switch|" + k_dir + "\n"));
  CHECK(good(form, {"-X", "--bridge"}, "cancel").out ==
        "stop-switch|" + k_dir + "\ndelete-tap|tap0\ndelete-bridge|ctysbr0\n");
}

/// Not on a terminal, and without a viewer in the environment, a manual is named by its path.
void check_extended_help(const Form& form) {
  const std::string before = snapshot();
  CHECK(has(good(form, {"-H", "LIST"}, "create").out, "ctys-setupVDE(1)"));
  CHECK(has(good(form, {"-H", "vdeup"}, "create").out, "/vdeup.1"));
  CHECK(has(good(form, {"-H", "MAN=vdeup.conf"}, "create").out, "/vdeup.conf.5"));
  CHECK(has(good(form, {"-H", "html=vdeq"}, "create").out, "/vdeq.1.html"));
  CHECK(changes_since(before) == "");
  const auto own = run_called(form.name, {"-H"}, {.environment = {"CTYS_MANVIEWER=echo shown:"}});
  CHECK(own.status == 0);
  CHECK(own.out.starts_with("shown: "));
  CHECK(has(own.out, "/" + form.name + ".1"));
}

/// Root needs no way to get privileges, so that any is good.
void check_privilege(const Form& form) {
  good(form, {"-Z", "sudo,NOKSU"}, "create");
  CHECK(ports_of("ctysbr0") == "tap0");
  good(form, {"-Z", "ALL", "--bridge"}, "cancel");
}

struct Row {
  char option;
  std::function<void(const Form&)> check;
};

const std::vector<Row> k_rows{
    {'b', check_bridge},     {'d', check_debug},         {'f', check_force},     {'g', check_group},
    {'h', check_help},       {'H', check_extended_help}, {'i', check_interface}, {'l', check_remote},
    {'n', check_no_heading}, {'r', check_remote},        {'s', check_socket},    {'S', check_management},
    {'u', check_user},       {'V', check_version},       {'X', check_terse},     {'Z', check_privilege},
};

/// Each row leaves nothing behind, so that the next one finds what the first one found.
void check_all(const std::string& name, bool is_before) {
  needs_root();
  own_accounts();
  for (const Row& row : k_rows) {
    CAPTURE(row.option, name, is_before);
    const std::string before = snapshot();
    row.check({name, is_before});
    CHECK(changes_since(before) == "");
  }
}

} // namespace

TEST_CASE("options: each does what the page says, before the command of vdeup", "[page]") {
  check_all("vdeup", true);
}

TEST_CASE("options: each does what the page says, behind the command of vdeup", "[page]") {
  check_all("vdeup", false);
}

TEST_CASE("options: each does what the page says, before the command of ctys-setupVDE", "[page]") {
  check_all("ctys-setupVDE", true);
}

TEST_CASE("options: each does what the page says, behind the command of ctys-setupVDE", "[page]") {
  check_all("ctys-setupVDE", false);
}
