// Private networks beside the real ufw and the real firewalld: what they drop is told, the commands that are
// told help for good, and nothing of theirs is touched.

#include "nat/commands.hpp"
#include "nat/firewall_lab.hpp"

#include <string>
#include <vector>

using namespace firewall_lab;
using namespace nat_commands;
using namespace nat_guests;
using lab::difference;
using lab::FarHost;
using lab::whole_snapshot;

namespace {

/// What this host filters, without the rules of vdeup.
std::string rules_of_others() {
  return must(lab::run({"sh", "-c",
                        "nft list tables | grep -v vdeup_ | while read -r table; do "
                        "nft -s list $table; done"}))
      .out;
}

/// Ask the name server of a network for "web" by TCP, as is done for long answers. Gives the address that the
/// answer ends with.
std::string look_up_by_tcp(const Guest& guest, const std::string& server) {
  const std::string asked = R"(printf '\0\25\0\1\1\0\0\1\0\0\0\0\0\0\3web\0\0\1\0\1')";
  return guest
      .run({"sh", "-c",
            asked + " | busybox timeout 20 busybox nc " + server +
                " 53 | tail -c 4 | od -An -t u1 | sed 's/^ *//; s/  */./g'"})
      .out;
}

/// A machine gets its address and finds its own name, and a far host answers by TCP, as pings pass ufw
/// anyway.
void require_connected(Guest& guest) {
  const std::string address = guest.ask_for_address(20);
  REQUIRE(!address.empty());
  CHECK(guest.look_up("web") == address + "\n");
  CHECK(look_up_by_tcp(guest, network_of(address) + ".1") == address + "\n");
  CHECK(guest.run({"busybox", "timeout", "20", "busybox", "nc", FarHost::k_address, "7"}).out ==
        "hello from far\n");
  CHECK(guest.wait_for_address6().starts_with("fd"));
  CHECK(lab::eventually([&guest] { return guest.reaches(FarHost::k_address6); }));
}

/// Run commands that were told, as root would in a shell; then nothing is in the way.
void obey(const std::vector<std::string>& commands) {
  for (const std::string& command : commands)
    must(in_shell(command));
  CHECK_FALSE(has(must(vdeup({"check"})).out, "fault"));
}

/// The firewall that is up by now is told of, with these commands, and they help, also after it has read its
/// files again. Nothing else changes: what is left behind the network is what the firewall made of them.
void require_let_through(const std::string& owner, const std::vector<std::string>& commands,
                         const std::string& reload) {
  FarHost far;
  far.serve();
  const std::string before = whole_snapshot();
  const std::string rules_before = rules_of_others();
  CHECK(has(must(vdeup({"create", "--uplink", "auto", "--dry-run"})).err,
            "no private network: " + owner + " drops what is forwarded"));
  REQUIRE(commands_in(must(vdeup({"create", "--uplink", "nat"})).err) == commands);
  std::string rules;
  {
    Guest web{k_switch, "web"};
    CHECK(web.ask_for_address(2).empty());
    const auto checked = vdeup({"check"});
    CHECK(checked.status == 1);
    for (const std::string& command : commands)
      CHECK(has(checked.out, "hint: " + command + "\n"));
    obey(commands);
    require_connected(web);
    must(in_shell(reload));
    rules = rules_of_others();
    CHECK_FALSE(has(must(vdeup({"check"})).out, "fault"));
    require_connected(web);
  }
  must(vdeup({"cancel"}));
  CHECK(difference(rules, rules_of_others()) == "");
  CHECK(difference(before, whole_snapshot()) == difference(rules_before, rules));
}

/// The same in short, for other ways to set it up.
void require_helped_by(const std::vector<std::string>& commands) {
  FarHost far;
  far.serve();
  REQUIRE(commands_in(must(vdeup({"create", "--uplink", "nat"})).err) == commands);
  obey(commands);
  Guest web{k_switch, "web"};
  require_connected(web);
}

const std::vector<std::string> k_for_ufw{"ufw route allow in on vdenat65534",
                                         "ufw allow in on vdenat65534 to any port 67 proto udp",
                                         "ufw allow in on vdenat65534 to any port 53 proto udp",
                                         "ufw allow in on vdenat65534 to any port 53 proto tcp"};
const std::vector<std::string> k_for_firewalld{
    "firewall-cmd --zone=trusted --add-interface=vdenat65534",
    "firewall-cmd --permanent --zone=trusted --add-interface=vdenat65534"};

} // namespace

TEST_CASE("nat: ufw is told of, and lets machines through by the commands that are told", "[nat]") {
  needs_lab();
  const Ufw ufw;
  require_let_through("ufw", k_for_ufw, "ufw reload");
}

TEST_CASE("nat: ufw is told of where its rules are those of the older iptables", "[nat]") {
  needs_lab();
  use_older_iptables();
  const Ufw ufw;
  require_helped_by(k_for_ufw);
}

TEST_CASE("nat: a ufw that is switched off is in nobody's way", "[nat]") {
  needs_lab();
  const Ufw ufw;
  must(in_shell("ufw disable"));
  CHECK(must(vdeup({"create", "--uplink", "nat"})).err == "");
}

TEST_CASE("nat: firewalld is told of, and lets machines through by the commands that are told", "[nat]") {
  needs_lab();
  const Firewalld firewalld;
  require_let_through("firewalld", k_for_firewalld, "firewall-cmd --reload");
}

TEST_CASE("nat: firewalld is told of where it makes its rules with iptables", "[nat]") {
  needs_lab();
  const Firewalld firewalld{"iptables"};
  require_helped_by(k_for_firewalld);
}
