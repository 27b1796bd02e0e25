#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <filesystem>
#include <fstream>

using namespace lab;

namespace {

const std::string k_owner = "nobody";

std::string status_of(const std::string& pid) {
  std::ifstream file{"/proc/" + pid + "/status"};
  std::string text;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Uid:") || line.starts_with("Gid:") || line.starts_with("CapEff:") ||
        line.starts_with("Groups:"))
      text += line + "\n";
  return text;
}

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

/// Our own user where the test cannot be others; alice otherwise.
std::vector<std::string> for_owner(std::vector<std::string> words) {
  if (can_be_others())
    words.insert(words.end(), {"-u", k_owner});
  return words;
}

} // namespace

TEST_CASE("create: twice is once, and cancel leaves nothing", "[kernel]") {
  const std::string before = snapshot();
  const auto first = run_vdeup(for_owner({"create"}));
  require_good(first);
  CHECK(first.out.find("created") != std::string::npos);
  settle();
  const std::string made = snapshot();
  CHECK(made != before);

  const auto plan = run_vdeup(for_owner({"create", "--dry-run"}));
  CHECK(plan.out == "nothing to do\n");
  const auto second = run_vdeup(for_owner({"create"}));
  require_good(second);
  CHECK(second.out.find("created") == std::string::npos);
  CHECK(changes_since(made) == "");

  require_good(run_vdeup(for_owner({"check"})));
  require_good(run_vdeup(for_owner({"cancel", "--bridge"})));
  CHECK(changes_since(before) == "");
  CHECK(run_vdeup(for_owner({"check"})).status == 2);
}

TEST_CASE("create: a dry run changes nothing", "[kernel]") {
  const std::string before = snapshot();
  const auto plan = run_vdeup(for_owner({"create", "--dry-run"}));
  require_good(plan);
  CHECK(plan.out.find("create bridge ctysbr0") != std::string::npos);
  require_good(run_vdeup(for_owner({"cancel", "--dry-run"})));
  CHECK(changes_since(before) == "");
}

TEST_CASE("create: the switch runs as its owner for good, and only the owner gets at it", "[kernel]") {
  needs_others();
  require_good(run_vdeup(for_owner({"create"})));
  std::string pid = list_switches();
  pid.pop_back();
  CHECK(status_of(pid) == "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\nGroups:"
                          "\t65534 \nCapEff:\t0000000000000000\n");
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + pid + "/fd"))
    CHECK(std::filesystem::read_symlink(entry.path()).string().find("pipe") == std::string::npos);
  CHECK(list_var_tmp().find("/var/tmp/vde_switch0.nobody 40700 65534") != std::string::npos);
  CHECK(list_var_tmp().find("/var/tmp/vde_mgmt0.nobody 140600 65534") != std::string::npos);
  const auto link = run({"ip", "-d", "link", "show", "tap0"}).out;
  CHECK(link.find("persist on user nobody group nogroup") != std::string::npos);
  CHECK(link.find("master ctysbr0") != std::string::npos);
  CHECK(link.find("addrgenmode none") != std::string::npos);
  const auto bridge = run({"ip", "-d", "link", "show", "ctysbr0"}).out;
  CHECK(bridge.find("forward_delay 0 ") != std::string::npos);
  CHECK(bridge.find("stp_state 0 ") != std::string::npos);
}

TEST_CASE("create: an existing bridge is used, not changed, and never deleted", "[kernel]") {
  // Its address is not fixed: a port with a lower one would change it. Nor is its MTU.
  require_good(run({"ip", "link", "add", "br0", "type", "bridge"}));
  require_good(run(
      {"ip", "link", "add", "veth0", "mtu", "1400", "type", "veth", "peer", "name", "veth1", "mtu", "1400"}));
  require_good(run({"ip", "link", "set", "veth0", "master", "br0", "up"}));
  require_good(run({"ip", "link", "set", "veth1", "up"}));
  require_good(run({"ip", "link", "set", "br0", "up"}));
  settle();
  const auto describe = [] { return run({"ip", "-o", "link", "show", "br0"}).out; };
  const std::string bridge = describe();
  const std::string before = snapshot();
  require_good(run_vdeup(for_owner({"create"})));
  CHECK(describe() == bridge);
  CHECK(run({"ip", "link", "show", "master", "br0"}).out.find("tap0") != std::string::npos);
  require_good(run_vdeup(for_owner({"cancel", "--bridge"})));
  CHECK(changes_since(before) == "");
}

TEST_CASE("create: somebody else's tap0, bridge and switch are not touched", "[kernel]") {
  needs_others();
  require_good(run({"ip", "tuntap", "add", "tap0", "mode", "tap", "user", "daemon"}));
  require_good(run({"ip", "link", "set", "tap0", "alias", "somebody's"}));
  require_good(run_vdeup({"create", "-u", "daemon"}));
  settle();
  const std::string before = snapshot();

  require_good(run_vdeup({"create", "-u", k_owner}));
  CHECK(run({"ip", "link", "show", "tap2"}).status == 0);
  require_good(run_vdeup({"cancel", "-u", k_owner}));
  CHECK(changes_since(before) == "");
  // Not even with a bridge that is ours, as long as the other user is on it.
  require_good(run_vdeup({"create", "-u", k_owner}));
  const std::string both = snapshot();
  CHECK(run_vdeup({"cancel", "--bridge", "-u", k_owner}).status == 1);
  CHECK(changes_since(both) == "");
}

TEST_CASE("cancel: the owner needs no privilege", "[kernel]") {
  needs_others();
  require_good(run_vdeup({"create", "-u", k_owner}));
  require_good(run_vdeup({"cancel"}, {.user = k_alice}));
  CHECK(list_var_tmp() == "/var/tmp/home 41777 0\n");
  CHECK(run({"ip", "link", "show", "tap0"}).status == 1);
  CHECK(list_switches().empty());
}

TEST_CASE("create: the owner's own switch is as good as one that root started", "[kernel]") {
  needs_others();
  require_good(run_vdeup({"create", "-u", k_owner}));
  // Somebody kills the switch; the TAP is there and belongs to alice: no privilege is needed to go on.
  require_good(run({"kill", "-9", std::to_string(std::stol(list_switches()))}));
  REQUIRE(eventually([] { return list_switches().empty(); }));
  const auto again = run_vdeup({"create"}, {.user = k_alice});
  require_good(again);
  require_good(run_vdeup({"check"}, {.user = k_alice}));
}

TEST_CASE("create: without privilege it says what to run, and leaves nothing", "[kernel]") {
  needs_others();
  const std::string before = snapshot();
  const auto refused = run_vdeup({"create"}, {.user = k_alice});
  CHECK(refused.status == 2);
  CHECK(refused.err.find("sudo vdeup create -u nobody") != std::string::npos);
  CHECK(changes_since(before) == "");
  CHECK(run_vdeup({"create", "-u", "daemon"}, {.user = k_alice}).status == 2);
  CHECK(changes_since(before) == "");
}

TEST_CASE("create: other sockets give a second network beside the first", "[kernel]") {
  const std::string before = snapshot();
  require_good(run_vdeup(for_owner({"create"})));
  require_good(run_vdeup(for_owner({"create", "-s", "/var/tmp/vde_switch0.second", "-b", "secondbr"})));
  CHECK(run({"ip", "link", "show", "master", "secondbr"}).out.find("tap1") != std::string::npos);
  CHECK(list_var_tmp().find("/var/tmp/vde_mgmt0.second") != std::string::npos);
  require_good(run_vdeup(for_owner({"cancel", "--bridge", "-s", "/var/tmp/vde_switch0.second"})));
  require_good(run_vdeup(for_owner({"check"})));
  require_good(run_vdeup(for_owner({"cancel", "--bridge"})));
  CHECK(changes_since(before) == "");
}
