// Who manages a NIC, told from recorded files of hosts: tests/cases/managers/CASE has such a tree, the NIC
// (index and name), and the answer.

#include "dependents/guard_lab.hpp"
#include "managers/dhcp_clients.hpp"
#include "managers/find_managers.hpp"
#include "managers/ifupdown.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace vdeup;
using namespace vdeup::managers;

namespace {

std::string word_of(NicManager::Hold hold) {
  switch (hold) {
  case NicManager::Hold::manages:
    return "manages";
  case NicManager::Hold::undecided:
    return "undecided";
  case NicManager::Hold::has_set:
    return "has_set";
  case NicManager::Hold::leaves:
    return "leaves";
  }
  return "?";
}

std::string write(const std::vector<NicManager>& managers) {
  std::string text;
  for (const NicManager& manager : managers) {
    text += manager.name + " " + word_of(manager.hold) + (manager.is_dynamic ? ", leased" : "");
    text += manager.configuration.empty() ? "\n" : ", " + manager.configuration + "\n";
    for (const std::string& evidence : manager.evidence)
      text += "  " + evidence + "\n";
  }
  return text;
}

} // namespace

TEST_CASE("managers: each recorded host gets its answer, with what it stands on", "[guard]") {
  const std::filesystem::path cases = std::string{VDEUP_CASES} + "/managers";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    INFO(entry.path().string());
    Link nic;
    std::istringstream{lab::read_file(entry.path() / "nic")} >> nic.index >> nic.name;
    const FileTree tree{(entry.path() / "tree").string()};
    CHECK(write(find_managers(tree, process::ProcessTable::read(tree), nic)) ==
          lab::read_file(entry.path() / "expected"));
    ++seen;
  }
  CHECK(seen >= 18);
}

TEST_CASE("managers: nobody manages a NIC of a namespace in which nobody runs", "[guard]") {
  const FileTree host;
  Link nic{.index = 1, .name = "nic0", .kind = ""};
  CHECK(find_networkd(host, process::ProcessTable::read(host), nic).empty());
  CHECK(find_dhcp_clients(process::ProcessTable::read(host), nic).empty());
}

TEST_CASE("managers: a real DHCP client is found by its interface, and by no other", "[guard]") {
  guard_lab::needs("busybox");
  guard_lab::must("ip link add nic0 type veth peer name far0");
  guard_lab::must("ip link set nic0 up");
  std::filesystem::create_symlink("/usr/bin/busybox", "/var/tmp/home/udhcpc");
  const lab::Running client{{"/var/tmp/home/udhcpc", "-f", "-i", "nic0", "-s", "/bin/true"}};
  const FileTree host;
  const auto clients_of = [&](const char* name) {
    return find_dhcp_clients(process::ProcessTable::read(host), Link{.index = 2, .name = name, .kind = ""});
  };
  REQUIRE(lab::eventually([&] { return !clients_of("nic0").empty(); }));
  CHECK(clients_of("nic0").front().name == "udhcpc");
  CHECK(clients_of("far0").empty());
}
