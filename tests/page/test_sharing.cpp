// The manual page, -g and -u USER.GROUP, and --share beside them: who gets at a switch. Tried by users who
// are in the group and who are not, with real VMs.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

using namespace lab;
using namespace page;

namespace {

const std::string k_acues = "/var/tmp/vde_switch0.acue";
const std::string k_acues_mgmt = "/var/tmp/vde_mgmt0.acue";

/// What a user gets who starts a VM at acue's switch.
Finished try_vm(const User& user) {
  return run_vdeup({"run", "--", bin_directory() + "/fake_vm", "-name", user.name, "-nic",
                    "vde,sock=" + k_acues, "exit=0"},
                   {.user = user});
}

bool can_open(const User& user, const std::string& path) {
  return run({"test", "-w", path}, {.user = user}).status == 0;
}

void require_closed(const std::string& path, std::initializer_list<User> users) {
  for (const User& user : users) {
    CAPTURE(path, user.name);
    CHECK_FALSE(can_open(user, path));
  }
}

} // namespace

TEST_CASE("sharing: without -g a switch is its owner's alone", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "acue"}));
  CHECK(access_of(k_acues) == "700 acue acue");
  CHECK(access_of(k_acues + "/ctl") == "600 acue acue");
  CHECK(access_of(k_acues_mgmt) == "600 acue acue");
  CHECK(try_vm(k_acue).status == 0);
  CHECK(try_vm(k_berta).status == 125);
  require_closed(k_acues + "/ctl", {k_berta, k_carl});
  require_closed(k_acues_mgmt, {k_berta, k_carl});
}

TEST_CASE("sharing: -g sets group and s-bit, and still lets nobody in", "[page]") {
  own_accounts();
  const std::string name = GENERATE("vdeup", "ctys-setupVDE");
  (void)run_vdeup({"cancel", "-u", "acue"}); // of the round before
  require_good(run_called(name, {"-u", "acue.lab", "-g", "lab", "create"}));
  CHECK(access_of(k_acues) == "2700 acue lab"); // rwx--S---
  CHECK(access_of(k_acues_mgmt).starts_with("600 acue "));
  CHECK(try_vm(k_acue).status == 0);
  CHECK(try_vm(k_berta).status == 125);
  require_closed(k_acues + "/ctl", {k_berta, k_carl});
  require_closed(k_acues_mgmt, {k_berta, k_carl});
}

TEST_CASE("sharing: -u USER.GROUP gives the group, with the mode of the page", "[page]") {
  own_accounts();
  require_good(run_called("ctys-setupVDE", {"-u", "acue.kvm", "create"}));
  CHECK(access_of(k_acues) == "700 acue kvm"); // rwx------
  CHECK(access_of(k_acues_mgmt).starts_with("600 acue "));
  CHECK(run({"ps", "-o", "user=", "-p", switch_pid()}).out == "acue\n");
  CHECK(link("tap0").find(" user acue ") != std::string::npos);
}

TEST_CASE("sharing: --share lets the group's VMs in, and nobody else's", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "acue", "--share", "lab"}));
  CHECK(access_of(k_acues) == "2750 acue lab");
  CHECK(access_of(k_acues + "/ctl") == "660 acue lab");
  CHECK(access_of(k_acues_mgmt).starts_with("600 acue "));
  require_closed(k_acues_mgmt, {k_berta, k_carl});
  const auto outsider = try_vm(k_carl);
  INFO(outsider.err);
  CHECK(outsider.status == 125);

  Running vm{{bin_directory() + "/vdeup", "run", "--", bin_directory() + "/fake_vm", "-name", "bertas",
              "-nic", "vde,sock=" + k_acues},
             {.user = k_berta}};
  REQUIRE(vm.wait_for("sock=" + k_acues));
  const std::string ports = run_vdeup({"ports", "-X"}, {.user = k_acue}).out;
  INFO(ports);
  CHECK(ports.find("|bertas|") != std::string::npos);
  CHECK(ports.find("|berta|") != std::string::npos);
  // What arrives at the switch is berta's frame.
  CHECK(eventually([&vm] {
    const std::size_t at = vm.output().find("mac=");
    return run_vdeup({"ports", "--json", "-u", "acue"})
               .out.find("{\"mac\":\"" + vm.output().substr(at + 4, 17)) != std::string::npos;
  }));
}

TEST_CASE("sharing: who may use a switch that runs is changed with -f, and else stays", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "acue"}));
  settle();
  refused({"create", "-u", "acue", "--share", "lab"}, 1, "asked for is one shared with group lab");
  require_good(run_vdeup({"create", "-u", "acue", "--share", "lab", "-f"}));
  CHECK(access_of(k_acues) == "2750 acue lab");
  CHECK(try_vm(k_berta).status == 0);
  require_good(run_vdeup({"create", "-u", "acue"})); // nothing said: as it is
  CHECK(access_of(k_acues) == "2750 acue lab");
  require_good(run_vdeup({"create", "-u", "acue.acue", "-f"}));
  CHECK(access_of(k_acues) == "700 acue acue");
  CHECK(try_vm(k_berta).status == 125);
}

TEST_CASE("sharing: a group that the owner is not in is not taken over from an old directory", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "carl"}));
  kill_switch();
  require_good(run({"chgrp", "lab", "/var/tmp/vde_switch0.carl"}));
  require_good(run_vdeup({"create", "-u", "carl"}));
  CHECK(access_of("/var/tmp/vde_switch0.carl") == "700 carl carl");
}

TEST_CASE("sharing: a group that the owner is in is taken over from an old directory", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "acue.lab"}));
  kill_switch();
  require_good(run_vdeup({"create", "-u", "acue"}));
  CHECK(access_of(k_acues) == "700 acue lab");
}

TEST_CASE("sharing: a name with a dot is a user's before it is a user and a group", "[page]") {
  own_accounts();
  require_good(run({"sh", "-c",
                    "echo 'jane.doe:x:5004:5003::/var/tmp/home:/bin/sh' >>/etc/passwd;"
                    "echo 'jane:x:5005:5003::/var/tmp/home:/bin/sh' >>/etc/passwd;"
                    "echo 'doe:x:5102:jane,jane.doe' >>/etc/group"}));
  require_good(run_called("ctys-setupVDE", {"-u", "jane.doe", "create"}));
  CHECK(access_of("/var/tmp/vde_switch0.jane.doe") == "700 jane.doe carl");
  require_good(run_called("ctys-setupVDE", {"-u", "jane.doe.doe", "-s", "/var/tmp/second", "create"}));
  CHECK(access_of("/var/tmp/second") == "700 jane.doe doe"); // split at the last dot
}
