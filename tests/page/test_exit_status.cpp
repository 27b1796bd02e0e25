// The manual page, EXIT-VALUES: for each command a call that ends with 0, with 1 and with 2, where there is
// one. Whatever does not end with 0 changes nothing: the state is compared whole.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lab;
using namespace page;

namespace {

using Words = std::vector<std::string>;

/// What no command works with, wherever it looks first.
const std::vector<Words> k_wrong_words{{"-u", "no-such-user"}, {"-g"}, {"--no-such-option"}, {"again"}};

const Words k_all_commands{"create", "cancel", "check", "info", "ports", "list", "listall"};
const Words k_commands_of_one_switch{"create", "cancel", "check", "info", "ports"};

void refused_for(const User& user, const Words& words, int status, const std::string& named) {
  const std::string before = snapshot();
  const auto done = run_called("ctys-setupVDE", words, {.user = user});
  CAPTURE(words, done.out, done.err);
  CHECK(done.status == status);
  CHECK(done.err.find(named) != std::string::npos);
  CHECK(changes_since(before) == "");
}

} // namespace

TEST_CASE("exit status: 0 is a valid result, for each command", "[page]") {
  needs_root();
  for (const std::string& name : k_names)
    for (const std::string command : {"list", "listall", "cancel", "create", "create", "check", "info",
                                      "ports", "list", "listall", "cancel"}) {
      CAPTURE(name, command);
      require_good(run_called(name, {command}));
    }
}

TEST_CASE("exit status: 1 is what is wrong on the command line, for each command", "[page]") {
  for (const std::string& command : k_all_commands) {
    const std::string before = snapshot();
    for (const Words& wrong : k_wrong_words) {
      Words words = wrong;
      words.insert(words.begin(), command);
      const auto done = run_called("ctys-setupVDE", words);
      CAPTURE(words, done.out, done.err);
      CHECK(done.status == 1);
      CHECK(done.err.find(wrong.back()) != std::string::npos);
      CHECK(done.out.empty());
    }
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("exit status: 1 is what is refused, as sockets of somebody else", "[page]") {
  own_accounts();
  const std::string dir = "/var/tmp/vde_switch0.acue";
  REQUIRE(::mkdir(dir.c_str(), 0700) == 0);
  REQUIRE(::chown(dir.c_str(), k_carl.uid, k_carl.gid) == 0);
  const std::string reason = "it belongs to uid 5003, not to acue";
  for (const std::string command : {"create", "cancel", "info", "ports"})
    refused({command, "-u", "acue"}, 1, reason, "ctys-setupVDE");
  const std::string before = snapshot();
  const auto check = run_called("ctys-setupVDE", {"check", "-u", "acue"}); // whose answer that is
  CHECK(check.status == 1);
  CHECK(check.out.find(reason) != std::string::npos);
  CHECK(changes_since(before) == "");
}

TEST_CASE("exit status: 1 is a VM in the way, and a bridge that is none", "[page]") {
  needs_root();
  refused({"create", "-b", "lo"}, 1, "it exists and is not a bridge");
  const Running vm = start_vm("web");
  settle();
  refused({"cancel"}, 1, "VMs are attached: web");
  refused({"create", "--share", "root"}, 1, "asked for is one shared with group root");
}

TEST_CASE("exit status: 1 is a network that is not in order, for check", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  require_good(run({"ip", "link", "set", "tap0", "nomaster"}));
  settle();
  const std::string before = snapshot();
  CHECK(run_called("ctys-setupVDE", {"check"}).status == 1);
  CHECK(run_called("ctys-setupVDE", {"-X", "check"}).status == 1);
  CHECK(changes_since(before) == "");
}

TEST_CASE("exit status: 2 is a switch that is missing", "[page]") {
  needs_root();
  const std::string before = snapshot();
  for (const std::string& name : k_names) {
    for (const std::string command : {"info", "ports"})
      refused({command}, 2, "no switch answers at " + k_mgmt, name);
    CHECK(run_called(name, {"check"}).status == 2);
    CHECK(run_called(name, {}).status == 2);
  }
  require_good(run_vdeup({"create"}));
  kill_switch();
  remove_link("tap0"); // whose carrier goes in its own time
  remove_link("ctysbr0");
  for (const std::string command : {"info", "ports"})
    refused({command}, 2, "its process is gone, its sockets are left");
}

TEST_CASE("exit status: 2 is a vde_switch that is not installed", "[page]") {
  needs_root();
  const std::string program = run({"sh", "-c", "command -v vde_switch"}).out;
  if (::mount("/dev/null", program.substr(0, program.find('\n')).c_str(), nullptr, MS_BIND, nullptr) != 0)
    skip("cannot hide vde_switch");
  refused({"create"}, 2, "vde_switch is not installed");
}

TEST_CASE("exit status: 2 is a TUN device that is missing", "[page]") {
  needs_root();
  if (::mount("tmpfs", "/dev/net", "tmpfs", 0, nullptr) != 0)
    skip("cannot hide /dev/net/tun");
  refused({"create"}, 2, "/dev/net/tun");
}

TEST_CASE("exit status: 2 is a base directory, or an interface, that is missing", "[page]") {
  needs_root();
  refused({"create", "-s", "/no/such/place/vde_switch0.root"}, 2, "/no/such/place");
  refused({"create", "-i", "nic9"}, 2, "there is no such interface");
}

TEST_CASE("exit status: 2 is a privilege that is missing, with the command that helps", "[page]") {
  own_accounts();
  refused_for(k_acue, {"create"}, 2, "sudo vdeup create -u acue");
  require_good(run_vdeup({"create", "-u", "berta"}));
  settle();
  for (const std::string& command : k_commands_of_one_switch)
    refused_for(k_acue, {command, "-u", "berta"}, 2, "berta");
}

TEST_CASE("exit status: help and version are answers, whatever is said beside them", "[page]") {
  const std::string before = snapshot();
  for (const std::string& name : k_names)
    for (const std::string& command : k_all_commands)
      for (const std::string option : {"-h", "-V"}) {
        const auto done = run_called(name, {command, option});
        CHECK(done.status == 0);
        CHECK_FALSE(done.out.empty());
        CHECK(done.err.empty());
      }
  CHECK(changes_since(before) == "");
}
