// Private networks as users have them: by the commands, with real machines' network stacks and a far host.

#include "nat/commands.hpp"

#include <signal.h>

#include <algorithm>

using namespace nat_commands;
using namespace nat_guests;
using lab::difference;
using lab::FarHost;
using lab::list_dnsmasqs;
using lab::run_vdeup;
using lab::whole_snapshot;

namespace {

/// What `iptables -P FORWARD DROP` and Docker's chains are.
void be_docker() {
  must_run("iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -A DOCKER-USER -j RETURN; "
           "iptables -N DOCKER; iptables -A FORWARD -j DOCKER-USER; "
           "iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT");
}

} // namespace

TEST_CASE("nat: machines get addresses and names, reach outside by IPv4 and IPv6, and nothing is left",
          "[nat]") {
  needs_lab();
  FarHost far;
  const std::string before = whole_snapshot();
  const auto created = must(vdeup({"create", "--uplink", "nat", "-X"}));
  CHECK(created.out == "bridge|vdenat65534|created\ntap|tap0|created\nswitch|" + std::string{k_switch} +
                           "|created\nuplink|nat|created\n");
  CHECK(created.err == "");
  {
    Guest web{k_switch, "web"};
    Guest db{k_switch, "db"};
    const std::string web_address = web.ask_for_address();
    const std::string db_address = db.ask_for_address();
    CHECK(web_address != "");
    CHECK(web_address != db_address);
    CHECK(lab::eventually([&] { return web.reaches(FarHost::k_address); }));
    CHECK(web.wait_for_address6().starts_with("fd"));
    CHECK(lab::eventually([&] { return web.reaches(FarHost::k_address6); }));
    CHECK(db.look_up("web") == web_address + "\n");
    CHECK(db.look_up("web.vdeup.internal") == web_address + "\n");
    CHECK(lab::eventually([&] { return web.reaches(db_address); }));
    CHECK(must(vdeup({"check"})).out.find("fault") == std::string::npos);
  }
  const auto again = must(vdeup({"create", "--uplink", "nat", "-X"}));
  CHECK(std::count(again.out.begin(), again.out.end(), '\n') == 4);
  CHECK_FALSE(has(again.out, "created"));
  CHECK(has(must(vdeup({"info", "-X"})).out, "uplink|nat\n"));
  CHECK(has(must(vdeup({"info", "--json"})).out, R"("sound":true)"));
  require_cancel_restores(before);
}

TEST_CASE("nat: what a machine sends by TCP and UDP comes from the host, and nobody outside gets in",
          "[nat]") {
  needs_lab();
  FarHost far;
  far.serve();
  must(vdeup({"create", "--uplink", "nat"}));
  Guest web{k_switch, "web"};
  const std::string address = web.ask_for_address();
  REQUIRE(!address.empty());
  CHECK(web.run({"busybox", "timeout", "10", "busybox", "nc", FarHost::k_address, "7"}).out ==
        "hello from far\n");
  // Somebody outside who knows the way, as on the same LAN.
  must(far.run({"ip", "route", "add", network_of(address) + ".0/24", "via", "198.51.100.2"}));
  const auto server = web.start({"busybox", "nc", "-ll", "-p", "80", "-e", "echo", "secret"});
  REQUIRE(lab::eventually([&] { return has(web.run({"ss", "-Hltn"}).out, ":80"); }));
  CHECK(lab::run({"busybox", "timeout", "5", "busybox", "nc", address, "80"}).out ==
        "secret\n"); // the host does
  CHECK(far.run({"busybox", "timeout", "3", "busybox", "nc", address, "80"}).out == "");
  must(vdeup({"cancel", "-f"}));
}

TEST_CASE("nat: a host whose forward chain drops, as Docker's, is told of with the commands that help",
          "[nat]") {
  needs_lab();
  FarHost far;
  be_docker();
  const std::string before = whole_snapshot();
  const auto created = must(vdeup({"create", "--uplink", "nat"}));
  INFO(created.err);
  CHECK(has(created.err, "Docker"));
  const auto commands = commands_in(created.err);
  REQUIRE(commands.size() >= 2);
  {
    Guest web{k_switch, "web"};
    REQUIRE(!web.ask_for_address().empty());
    CHECK_FALSE(web.reaches(FarHost::k_address));
    const auto checked = vdeup({"check"});
    CHECK(checked.status == 1);
    CHECK(has(checked.out, commands.front()));
    for (const std::string& command : commands)
      must_run(command);
    CHECK(lab::eventually([&] { return web.reaches(FarHost::k_address); }));
    CHECK(must(vdeup({"check"})).status == 0);
    for (std::string command : commands)
      must_run(command.replace(command.find(" -I "), 4, " -D "));
  }
  require_cancel_restores(before);
}

TEST_CASE("nat: what is gone is named by check, and create brings it back", "[nat]") {
  needs_lab();
  FarHost far;
  const std::string before = whole_snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  std::string fault;
  SECTION("dnsmasq") {
    ::kill(std::stoi(list_dnsmasqs()), SIGKILL);
    REQUIRE(lab::eventually([] { return list_dnsmasqs().empty(); }));
    // Its sockets go a moment after its command line.
    REQUIRE(lab::eventually([] { return lab::run({"ss", "-Hlun", "sport", "=", "53"}).out.empty(); }));
    fault = "no dnsmasq gives VMs on bridge vdenat65534 an address";
  }
  SECTION("forwarding") {
    must_run("echo 0 >/proc/sys/net/ipv4/ip_forward");
    fault = "this host does not forward what comes from bridge vdenat65534";
  }
  SECTION("the addresses") {
    must_run("ip -4 address flush dev vdenat65534");
    fault = "bridge vdenat65534 has lost its addresses";
  }
  const auto checked = vdeup({"check"});
  CHECK(checked.status == 1);
  CHECK(has(checked.out, fault));
  must(vdeup({"create", "--uplink", "nat"}));
  CHECK(must(vdeup({"check"})).status == 0);
  {
    Guest web{k_switch, "web"};
    REQUIRE(!web.ask_for_address().empty());
    CHECK(lab::eventually([&] { return web.reaches(FarHost::k_address); }));
  }
  require_cancel_restores(before);
}

TEST_CASE("nat: two users have a network each, and the last to go restores", "[nat]") {
  needs_lab();
  FarHost far;
  const std::string before = whole_snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  {
    Guest one{k_switch, "one"};
    Guest two{"/var/tmp/vde_switch0.daemon", "two"};
    const std::string address = one.ask_for_address();
    REQUIRE(!address.empty());
    const std::string other = two.ask_for_address();
    REQUIRE(!other.empty());
    CHECK(network_of(other) != network_of(address));
    CHECK(lab::eventually([&] { return one.reaches(FarHost::k_address); }));
    CHECK(lab::eventually([&] { return two.reaches(FarHost::k_address); }));
    CHECK_FALSE(two.reaches(address));
    CHECK(two.look_up("one") == "");
  }
  const auto first = GENERATE(std::string{"nobody"}, std::string{"daemon"});
  const std::string other = first == "nobody" ? "daemon" : "nobody";
  must(run_vdeup({"cancel", "-u", first}));
  CHECK(must(run_vdeup({"check", "-u", other})).status == 0);
  {
    Guest left{"/var/tmp/vde_switch0." + other, "left"};
    REQUIRE(!left.ask_for_address().empty());
    CHECK(lab::eventually([&] { return left.reaches(FarHost::k_address); }));
  }
  must(run_vdeup({"cancel", "-u", other}));
  CHECK(difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: a host that forwarded before goes on, and no route of a host's own is shadowed", "[nat]") {
  needs_lab();
  FarHost far;
  must_run("echo 1 >/proc/sys/net/ipv4/ip_forward; ip route add 10.0.0.0/8 via 198.51.100.1");
  const std::string before = whole_snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  CHECK(has(must(vdeup({"info", "--json"})).out, R"("gateway4":"192.168.)"));
  require_cancel_restores(before);
}

TEST_CASE("nat: where dnsmasq does not start, everything is as before, and its own words are told", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must_run("printf '#!/bin/sh\\necho dnsmasq: no luck >&2\\nexit 2\\n' >/var/tmp/home/dnsmasq; "
           "chmod 755 /var/tmp/home/dnsmasq; mount --bind /var/tmp/home/dnsmasq /usr/sbin/dnsmasq");
  const auto failed = vdeup({"create", "--uplink", "nat"});
  CHECK(failed.status == 1);
  CHECK(has(failed.err, "no luck"));
  CHECK(difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: run climbs to it where there is no bridge, and past it where a firewall drops", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  const auto run_vm = [] {
    return must(run_vdeup({"run", "--", lab::bin_directory() + "/fake_vm", "-name", "web", "exit=0"})).err;
  };
  const auto require_restored = [](const std::string& former) {
    must(run_vdeup({"cancel"}));
    CHECK(difference(former, whole_snapshot()) == "");
  };
  SECTION("nat") {
    CHECK(has(run_vm(), "uplink: nat (this host has no bridge)\n"));
    CHECK(run_vm() == "");
    require_restored(before);
  }
  SECTION("a firewall") {
    be_docker();
    const std::string with_docker = whole_snapshot();
    CHECK(has(run_vm(), "uplink: slirp (this host has no bridge; no private network: Docker drops"));
    require_restored(with_docker);
  }
}

TEST_CASE("nat: a switch with another uplink is not turned into one, nor this into another", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  for (const std::string other : {"bridge", "slirp", "none"}) {
    const auto refused = vdeup({"create", "--uplink", other});
    CHECK(refused.status == 1);
    CHECK(has(refused.err, "the switch has a private network"));
  }
  CHECK(run_vdeup({"create", "-b", "vdenat65534", "-u", "daemon"}).status == 1);
  require_cancel_restores(before);
}

TEST_CASE("nat: run --rm leaves nothing", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  must(vdeup(
      {"run", "--rm", "--uplink", "nat", "--", lab::bin_directory() + "/fake_vm", "-name", "web", "exit=0"}));
  CHECK(difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: users who make and cancel one at the same time are in nobody's way", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  const auto all_do = [](const std::vector<std::string>& words) {
    std::vector<lab::Running> calls;
    for (const char* user : {"nobody", "daemon", "bin", "sys", "games", "man", "mail", "news"}) {
      std::vector<std::string> line{lab::bin_directory() + "/vdeup"};
      line.insert(line.end(), words.begin(), words.end());
      line.insert(line.end(), {"-u", user});
      calls.emplace_back(line);
    }
    for (lab::Running& call : calls)
      must(call.finish());
  };
  all_do({"create", "--uplink", "nat"});
  all_do({"check"});
  all_do({"cancel"});
  CHECK(difference(before, whole_snapshot()) == "");
}

TEST_CASE("nat: a rehearsal says which rung, and makes nothing", "[nat]") {
  needs_lab();
  const std::string before = whole_snapshot();
  const auto rehearsed = must(vdeup({"create", "--uplink", "auto", "--dry-run"}));
  CHECK(has(rehearsed.err, "uplink: nat (this host has no bridge)\n"));
  CHECK(has(rehearsed.out, "start dnsmasq on vdenat65534 as nobody\n"));
  CHECK(difference(before, whole_snapshot()) == "");
}
