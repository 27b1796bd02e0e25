// What `cancel` finds of a private network that is not whole any more, and what it does not take for one.

#include "nat/commands.hpp"
#include "nat/dnsmasq.hpp"

#include <fstream>

using namespace nat_commands;
using namespace nat_guests;
using lab::list_dnsmasqs;
using lab::run_vdeup;
using lab::whole_snapshot;

TEST_CASE("nat: cancel finds the rules of a network whose bridge somebody deleted", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run("ip link delete vdenat65534");
  require_cancel_restores(before);
}

TEST_CASE("nat: cancel finds a network whose bridge somebody renamed", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run("ip link set vdenat65534 down; ip link set vdenat65534 name other; ip link set other up");
  require_cancel_restores(before);
}

TEST_CASE("nat: cancel leaves alone who has taken the bridge's name", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run("ip link delete vdenat65534; ip link add vdenat65534 type bridge; "
           "ip address add 192.0.2.1/24 dev vdenat65534");
  must(nat_commands::vdeup({"cancel"}));
  CHECK(has(lab::run({"ip", "address", "show", "vdenat65534"}).out, "192.0.2.1/24"));
  must_run("ip link delete vdenat65534");
  CHECK(lab::difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: cancel leaves rules to another switch that a process names", "[nat]") {
  using namespace ::vdeup;
  needs_lab();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  must_run("pkill -u daemon -x dnsmasq; ip link delete vdenat1; ip link add vdenat1 type bridge; "
           "ip address add 192.0.2.1/24 dev vdenat1; ip link set vdenat1 up");
  const Identity nobody{.uid = 65534, .gid = 65534, .name = "nobody"};
  const PrivateNetwork claimed{{IpAddress::parse("192.0.2.1").value(), 24}, {}};
  REQUIRE(nat::start_dnsmasq(
      {nobody, IfName::parse("vdenat1").value(), claimed, SocketPath::directory(k_switch).value()}));
  must(nat_commands::vdeup({"cancel"}));
  CHECK(has(lab::run({"nft", "list", "tables"}).out, "vdeup_vdenat1"));
  CHECK_FALSE(has(lab::run({"nft", "list", "tables"}).out, "vdeup_vdenat65534"));
  must(run_vdeup({"cancel", "-u", "daemon"}));
  CHECK(nat::stop_dnsmasq({nobody, IfName::parse("vdenat1").value()}));
}

TEST_CASE("nat: cancel of two switches whose bridges have changed names leaves nothing", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  const std::string second = "/var/tmp/vde_switch1.nobody";
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must(nat_commands::vdeup({"create", "-s", second, "--uplink", "nat"}));
  must_run("ip link set vdenat65534 down name one; ip link set vdenat65534b down name vdenat65534; "
           "ip link set one name vdenat65534b");
  must(nat_commands::vdeup({"cancel"}));
  must(nat_commands::vdeup({"cancel", "-s", second}));
  CHECK(lab::difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: cancel removes a bridge that no rules could be named after", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run("ip link set vdenat65534 down name x,y");
  require_cancel_restores(before);
}

TEST_CASE("nat: create serves under the name that a bridge has now, and clears away what had its old one",
          "[nat]") {
  const bool is_taken = GENERATE(false, true); // by somebody else's
  CAPTURE(is_taken);
  needs_lab();
  const lab::FarHost far;
  const std::string before = whole_snapshot();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run(is_taken ? "ip link delete vdenat65534; ip link add vdenat65534 type bridge"
                    : "ip link set vdenat65534 down name other; ip link set other up");
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must(nat_commands::vdeup({"check"}));
  CHECK_FALSE(has(lab::run({"nft", "list", "tables"}).out, "vdeup_vdenat65534\n"));
  {
    Guest guest{k_switch, "web"};
    CHECK(!guest.ask_for_address(20).empty());
    CHECK(lab::eventually([&] { return guest.reaches(lab::FarHost::k_address); }));
  }
  must(nat_commands::vdeup({"cancel"}));
  if (is_taken)
    must_run("ip link delete vdenat65534");
  CHECK(lab::difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: run --rm leaves nothing of a bridge that was deleted or renamed meanwhile", "[nat]") {
  const std::string does =
      GENERATE(as<std::string>{}, "ip link delete vdenat0", "ip link set vdenat0 down name other");
  CAPTURE(does);
  needs_lab();
  const std::string before = whole_snapshot();
  std::ofstream{"/var/tmp/home/vm"} << "#!/bin/sh\nexec " << does << "\n";
  must_run("chmod 755 /var/tmp/home/vm");
  must(run_vdeup({"run", "--rm", "--uplink", "nat", "--", "/var/tmp/home/vm"}));
  CHECK(lab::difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: cancel finds a dnsmasq whose bridge and rules somebody took away", "[nat]") {
  needs_lab();
  must(nat_commands::vdeup({"create", "--uplink", "nat"}));
  must_run("ip link delete vdenat65534; nft flush ruleset");
  CHECK(list_dnsmasqs() != "");
  must(nat_commands::vdeup({"cancel"}));
  CHECK(list_dnsmasqs() == ""); // what the kernel did before, nothing tells any more
}

TEST_CASE("nat: what a process calls itself leads root to nothing of anybody else's", "[nat]") {
  using namespace ::vdeup;
  needs_lab();
  const lab::FarHost far; // behind far0
  const Identity nobody{.uid = 65534, .gid = 65534, .name = "nobody"};
  const auto outside = IfName::parse("far0").value();
  const PrivateNetwork claimed{{IpAddress::parse("198.51.100.2").value(), 24}, {}};
  const std::string before = whole_snapshot();
  REQUIRE(nat::start_dnsmasq({nobody, outside, claimed, SocketPath::directory(k_switch).value()}));
  REQUIRE(list_dnsmasqs() != "");
  require_cancel_restores(before); // it goes, who says that it is of that switch, and far0 has what it had
}
