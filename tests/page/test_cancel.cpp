// The manual page, cancel: "removes the switch and its attached TAP device. In case of partial present
// resources these will be cleared as present, thus remaining parts of partly execution could be reset."

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <signal.h>

#include <filesystem>

using namespace lab;
using namespace page;
namespace fs = std::filesystem;

namespace {

/// What of a set is left.
struct Parts {
  bool process = true;
  bool tap = true;
  bool directory = true;
  bool management = true;
};

std::vector<Parts> all_combinations() {
  std::vector<Parts> all;
  for (unsigned bits = 0; bits < 16; ++bits)
    all.push_back({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
  return all;
}

void leave(const Parts& parts) {
  require_good(run_vdeup({"create"}));
  if (!parts.process)
    kill_switch();
  if (!parts.tap)
    remove_link("tap0");
  if (!parts.directory)
    fs::remove_all(k_dir);
  if (!parts.management)
    fs::remove(k_mgmt);
}

std::string describe(const Parts& parts) {
  return std::string{parts.process ? "process " : ""} + (parts.tap ? "tap " : "") +
         (parts.directory ? "directory " : "") + (parts.management ? "management" : "");
}

} // namespace

TEST_CASE("cancel: clears each part of a set, whatever others are gone", "[page]") {
  needs_root();
  const std::string before = snapshot();
  for (const Parts& parts : all_combinations()) {
    CAPTURE(describe(parts));
    leave(parts);
    // A process that cannot be asked any more whether VMs are attached takes -f.
    const bool is_hidden = parts.process && !(parts.directory && parts.management);
    std::vector<std::string> words{"cancel", "--bridge"};
    if (is_hidden)
      words.emplace_back("-f");
    const auto done = run_called("ctys-setupVDE", words);
    INFO(done.out << done.err);
    CHECK(done.status == 0);
    CHECK(changes_since(before) == "");
    run({"pkill", "-9", "vde_switch"}); // one failure is not to be the next one's
    (void)run_called("ctys-setupVDE", {"cancel", "--bridge", "-f"});
  }
}

TEST_CASE("cancel: clears the sockets of ports that died with their switch", "[page]") {
  needs_root();
  const std::string before = snapshot();
  {
    Running vm = start_vm("web");
    kill_switch();
    vm.signal(SIGKILL);
    vm.finish();
  }
  leave_dangling_socket(k_dir + "/.4711-00000");
  leave_dangling_socket(k_dir + ".4712-1");
  CHECK(run_vdeup({"listall", "-n"}).out.find("(dangling)") != std::string::npos);
  require_good(run_called("ctys-setupVDE", {"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("cancel: sockets alone, without a TAP and a switch, are cleared", "[page]") {
  needs_root();
  const std::string before = snapshot();
  fs::create_directory(k_dir);
  fs::permissions(k_dir, fs::perms::owner_all);
  leave_dangling_socket(k_dir + "/ctl");
  leave_dangling_socket(k_dir + "/001.4711");
  leave_dangling_socket(k_mgmt);
  require_good(run_called("ctys-setupVDE", {"cancel"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("cancel: where there is nothing, nothing is done, and that is no error", "[page]") {
  for (const std::string& name : k_names) {
    const std::string before = snapshot();
    const auto done = run_called(name, {"cancel"});
    require_good(done);
    CHECK(done.out == "nothing to cancel\n");
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("cancel: refuses while VMs are attached, naming them, and does it with -f", "[page]") {
  needs_root();
  const Running web = start_vm("web");
  const Running mail = start_vm("mail");
  settle();
  for (const std::string& name : k_names) {
    refused({"cancel"}, 1, "VMs are attached: web", name);
    refused({"cancel", "--bridge"}, 1, "mail", name);
  }
  require_good(run_called("ctys-setupVDE", {"cancel", "-f"}));
  CHECK(list_switches().empty());
  CHECK(link("tap0").empty());
  CHECK_FALSE(exists(k_dir));
}

TEST_CASE("cancel: a switch that does not answer is killed with -f only, and the right one", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create"}));
  const std::string pid = switch_pid();
  require_good(run_vdeup({"create", "-u", "acue"}));
  require_good(run({"kill", "-STOP", pid}));
  settle();
  refused({"cancel"}, 1, "process " + pid, "ctys-setupVDE");
  require_good(run_called("ctys-setupVDE", {"-f", "cancel"}));
  CHECK(switch_pid() != pid); // one is left, acue's
  CHECK(link("tap0").empty());
  CHECK_FALSE(exists(k_dir));
  require_good(run_vdeup({"check", "-u", "acue"}));
}

TEST_CASE("cancel: the TAP is taken out of the bridge that holds it, whatever -b says", "[page]") {
  needs_root();
  make_bridge("abr");
  make_bridge("zbr");
  require_good(run_called("ctys-setupVDE", {"create", "-b", "zbr"}));
  CHECK(ports_of("zbr") == "tap0");
  require_good(run_called("ctys-setupVDE", {"cancel", "-b", "abr"}));
  CHECK(link("tap0").empty());
  CHECK(ports_of("zbr").empty());
  CHECK_FALSE(link("zbr").empty());
  CHECK_FALSE(link("abr").empty());
}

TEST_CASE("cancel: the main bridge stays, also one that vdeup made", "[page]") {
  needs_root();
  for (const std::string& name : k_names) {
    require_good(run_called(name, {"create"}));
    require_good(run_called(name, {"cancel"}));
    CHECK(link("ctysbr0").find("UP") != std::string::npos);
    CHECK(ports_of("ctysbr0").empty());
  }
}

TEST_CASE("cancel: --bridge removes an unused bridge that vdeup made", "[page]") {
  needs_root();
  const std::string before = snapshot();
  require_good(run_vdeup({"create", "-b", "ours"}));
  require_good(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
  require_good(run_vdeup({"create", "-b", "ours"}));
  require_good(run_vdeup({"cancel"}));
  require_good(run_vdeup({"cancel", "--bridge", "-b", "ours"})); // afterwards, too
  CHECK(changes_since(before) == "");
}

TEST_CASE("cancel: --bridge is refused as a whole while the bridge has another port", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  require_good(
      run({"ip", "link", "add", "veth0", "master", "ctysbr0", "type", "veth", "peer", "name", "veth1"}));
  settle();
  refused({"cancel", "--bridge"}, 1, "veth0 is still a port of it");
}

TEST_CASE("cancel: --bridge leaves a bridge that somebody else made", "[page]") {
  needs_root();
  make_bridge("foreign");
  require_good(run(
      {"ip", "link", "add", "veth0", "master", "foreign", "up", "type", "veth", "peer", "name", "veth1"}));
  require_good(run({"ip", "link", "set", "veth1", "up"})); // without a port the kernel changes its address
  settle();
  const std::string before = snapshot();
  require_good(run_vdeup({"create", "-b", "foreign"}));
  const auto done = run_vdeup({"cancel", "--bridge"});
  require_good(done);
  CHECK(done.err.find("bridge foreign was not made by vdeup, and stays") != std::string::npos);
  CHECK(changes_since(before) == "");
}

TEST_CASE("cancel: a switch of the same paths in another network namespace is not meant", "[page]") {
  needs_root();
  const std::string line = "mount -t tmpfs tmpfs /var/tmp; exec vde_switch -s " + k_dir + " -M " + k_mgmt;
  Running other{{"unshare", "-nm", "sh", "-c", line}};
  REQUIRE(eventually([&other] { return exists("/proc/" + std::to_string(other.pid()) + "/root" + k_mgmt); }));
  const auto done = run_vdeup({"cancel", "-f"});
  require_good(done);
  CHECK(done.out == "nothing to cancel\n");
  CHECK(run({"ps", "-o", "comm=", "-p", std::to_string(other.pid())}).out == "vde_switch\n");
}

TEST_CASE("cancel: a second call after cancel of one user leaves the other's switch alone", "[page]") {
  own_accounts();
  require_good(run_vdeup({"create", "-u", "acue"}));
  settle();
  const std::string acues = snapshot();
  require_good(run_vdeup({"create", "-u", "berta"}));
  require_good(run_vdeup({"cancel", "-u", "berta"}));
  require_good(run_vdeup({"cancel", "-u", "berta"}));
  CHECK(changes_since(acues) == "");
}
