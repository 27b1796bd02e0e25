// Private networks through the helper: for whom the policy allows one, and against who wants more.

#include "model/interpret.hpp"
#include "privilege/nat_host.hpp"
#include "support/catch.hpp"
#include "support/far_host.hpp"

#include <fmt/format.h>

#include <fstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
using lab::whole_snapshot;

namespace {

std::string derived_address(const char* bridge) {
  return vdeup::bridge_address(vdeup::IfName::parse(bridge).value(), k_machine_id).str();
}

std::string create_bridge(const char* name) {
  return line(fmt::format("create-bridge {} {} 1500 {}", name, derived_address(name), k_dir));
}

std::string add_network(const char* bridge, const std::string& gateways) {
  return line(fmt::format("add-private-network {} {} {}", bridge, gateways, k_dir));
}

/// A user's private bridge, as the helper makes it.
void make_bridge(const lab::User& user, const char* name) {
  const std::string said = Host::talk(user, k_hello + create_bridge(name));
  INFO(said);
  REQUIRE(!has(said, "error"));
  REQUIRE(exists(name));
}

} // namespace

TEST_CASE("nat: a user whom the policy allows it has a private network, and takes it back", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string before = whole_snapshot();
  const auto created = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(created.err);
  REQUIRE(created.status == 0);
  CHECK(created.err == "");
  CHECK(has(show("vdenat5001"), "alias vdeup nat uid=5001 switch=/var/tmp/vde_switch0.acue"));
  const auto dnsmasq = lab::run({"ps", "-C", "dnsmasq", "-o", "user="});
  CHECK(dnsmasq.out == "acue\n");
  CHECK(Host::vdeup(k_acue, {"check"}).status == 0);
  CHECK(lab::run_vdeup({"check", "-u", "acue"}).status == 0); // root sees the rules as well
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: the ladder leads to it for who is allowed, and tells who is not by which line",
          "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\nallow user berta bridge * tap\n");
  const auto make = [](const lab::User& user) { return Host::vdeup(user, {"create", "--uplink", "auto"}); };
  const auto acue = make(k_acue);
  INFO(acue.err);
  CHECK(has(acue.err, "uplink: nat (this host has no bridge)\n"));
  const auto berta = make(k_berta);
  INFO(berta.err);
  CHECK(has(berta.err, "uplink: slirp (this host has no bridge; no private network: no line of "
                       "/etc/vdeup/policy.conf allows 'nat' on vdenat5002 to berta)\n"));
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(Host::vdeup(k_berta, {"cancel"}).status == 0);
}

TEST_CASE("nat: a user whom the policy forbids it changes nothing, and hears of the line", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * all\ndeny user acue bridge vdenat5001 nat\n");
  const std::string before = whole_snapshot();
  const auto refused = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "line 2 of /etc/vdeup/policy.conf denies 'nat' on vdenat5001 to acue"));
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: a helper without the rights to hand on makes no private network", "[privilege]") {
  const Host host{Capability::net_admin_only};
  needs_nat();
  Host::set_policy("allow user acue bridge * all\n");
  const std::string before = whole_snapshot();
  const auto refused = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err, "setcap"));
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: addresses that are somebody's are refused", "[privilege]") {
  const Host host;
  needs_nat();
  lab::FarHost far;
  must("ip route add 10.77.0.0/16 via 198.51.100.1");
  Host::set_policy("allow all bridge * all\n");
  make_bridge(k_acue, "vdenat5001");
  const std::string before = whole_snapshot();
  const auto gateways =
      GENERATE(std::string{"198.51.100.1/24 -"}, std::string{"8.8.8.1/24 -"}, std::string{"10.77.5.1/24 -"},
               std::string{"10.0.0.1/8 -"}, std::string{"10.1.2.3/24 -"}, std::string{"127.0.0.1/24 -"},
               std::string{"10.1.2.1/24 2001:db8::1/64"}, std::string{"10.1.2.1/24 fd00::1/8"},
               std::string{"10.1.2.1/24 fe80::1/64"}, std::string{"0.0.0.0/0 -"});
  CAPTURE(gateways);
  const std::string said = Host::talk(k_acue, k_hello + add_network("vdenat5001", gateways));
  INFO(said);
  CHECK(has(said, "error"));
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: another user's private network is nobody else's, whatever the policy allows", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * all\n");
  REQUIRE(Host::vdeup(k_acue, {"create", "--uplink", "nat"}).status == 0);
  lab::settle();
  const std::string before = whole_snapshot();
  const std::string gateways =
      lab::run({"sh", "-c", "ip -o -4 address show vdenat5001 | awk '{print $4}'"}).out;
  const std::string gateway4 = gateways.substr(0, gateways.find('\n'));
  const std::string berta_dir = hexadecimal("/var/tmp/vde_switch0.berta");
  const auto request = GENERATE_COPY(values<std::string>({
      "add-private-network vdenat5001 10.1.2.1/24 - " + k_dir,
      "remove-private-network vdenat5001 " + k_dir,
      "remove-private-network vdenat5001 " + berta_dir,
      "start-dnsmasq vdenat5001 " + gateway4 + " - " + k_dir,
      "start-dnsmasq vdenat5001 " + gateway4 + " - " + berta_dir,
      "delete-bridge vdenat5001 " + k_dir,
      "delete-bridge vdenat5001 -",
      "mark-bridge vdenat5001 " + derived_address("vdenat5001") + " " + berta_dir,
      "mark-bridge vdenat5001 " + derived_address("vdenat5001") + " -",
      "set-down vdenat5001",
      "open-tap vdenat5001 1500 1 " + hexadecimal("web") + " 52:54:00:00:00:01 " + berta_dir,
  }));
  CAPTURE(request);
  const std::string said = Host::talk(k_berta, k_hello + line(request));
  INFO(said);
  // To take back what one does not have is no error, and does nothing.
  CHECK((has(said, "error") || request.starts_with("remove-private-network")));
  CHECK(whole_snapshot() == before);
  // And a TAP of one's own does not get there.
  const std::string attached = Host::talk(k_berta, k_hello + line("create-tap tap9 1500 " + berta_dir) +
                                                       line("set-bridge tap9 vdenat5001"));
  CHECK(has(attached, "error"));
  CHECK(!has(show("tap9"), "master"));
  (void)Host::talk(k_berta, k_hello + line("delete-tap tap9 " + berta_dir));
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
}

TEST_CASE("nat: a bridge that is not the caller's private network never becomes one", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * all\n");
  must("ip link add mine type bridge");
  must("ip link add ctysbr0 type bridge");
  REQUIRE(lab::run({"ip", "link", "set", "ctysbr0", "alias", "vdeup bridge"}).status == 0);
  must("ip link add vdenat5001 type bridge");
  must("ip link add dum0 type veth");
  const std::string before = whole_snapshot();
  for (const char* device : {"mine", "ctysbr0", "vdenat5001", "dum0", "lo", "nothing"}) {
    CAPTURE(device);
    CHECK(has(Host::talk(k_acue, k_hello + add_network(device, "10.1.2.1/24 -")), "error"));
    CHECK(has(
        Host::talk(k_acue, k_hello + line(fmt::format("start-dnsmasq {} 10.1.2.1/24 - {}", device, k_dir))),
        "error"));
    CHECK(has(Host::talk(k_acue, k_hello + create_bridge(device)), "error"));
    CHECK(has(Host::talk(k_acue, k_hello + line(fmt::format("mark-bridge {} {} {}", device,
                                                            derived_address(device), k_dir))),
              "error"));
  }
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: a dnsmasq is started for the addresses of its bridge, and for no others", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * all\n");
  make_bridge(k_acue, "vdenat5001");
  must("ip link set vdenat5001 up");
  REQUIRE(!has(Host::talk(k_acue, k_hello + add_network("vdenat5001", "10.1.2.1/24 -")), "error"));
  const auto start = [](const std::string& network, const std::string& dir) {
    return Host::talk(k_acue, k_hello + line(fmt::format("start-dnsmasq vdenat5001 {} {}", network, dir)));
  };
  for (const char* other : {"10.1.3.1/24 -", "10.1.2.1/24 fd00::1/64", "10.1.2.1/16 -"})
    CHECK(has(start(other, k_dir), "the bridge has other addresses"));
  CHECK(has(start("10.1.2.1/24 -", hexadecimal(k_second)), "it is not the private network of that switch"));
  CHECK(lab::run({"pgrep", "-x", "dnsmasq"}).status == 1);
  CHECK(!has(start("10.1.2.1/24 -", k_dir), "error"));
  CHECK(lab::run({"pgrep", "-x", "dnsmasq"}).status == 0);
  must("pkill -x dnsmasq");
}

TEST_CASE("nat: a user has no more private networks than TAPs", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * tap,nat taps=2\n");
  make_bridge(k_acue, "vdenat5001");
  make_bridge(k_acue, "vdenat5001b");
  const std::string said = Host::talk(k_acue, k_hello + create_bridge("vdenat5001c"));
  CHECK(has(said, "error"));
  CHECK(!exists("vdenat5001c"));
}

TEST_CASE("nat: many helpers at a time do not bring a user beyond that either", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * tap,nat taps=2\n");
  constexpr const char* letters = "bcdefghi";
  for (int round = 0; round < 5; ++round) {
    std::vector<lab::Running> helpers;
    for (const char* letter = letters; *letter != '\0'; ++letter) {
      helpers.emplace_back(Host::talker(), lab::SpawnOptions{.user = k_acue});
      helpers.back().write(k_hello + create_bridge(fmt::format("vdenat5001{}", *letter).c_str()));
    }
    for (lab::Running& helper : helpers)
      (void)helper.finish();
    CHECK(lab::count(must("ip -br link"), "vdenat5001") <= 2);
    for (const char* letter = letters; *letter != '\0'; ++letter)
      (void)lab::run({"ip", "link", "delete", fmt::format("vdenat5001{}", *letter)});
  }
}

TEST_CASE("nat: the names of others are not to be had, and rules never stay without their bridge",
          "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * tap,nat\n");
  for (const char* name : {"vdenat5002", "vdenat0", "vdenat50011", "vdenat5001a", "vdenat5001bb", "wg0"})
    CHECK(has(Host::talk(k_acue, k_hello + create_bridge(name)), "error"));
  make_bridge(k_acue, "vdenat5001");
  REQUIRE(!has(Host::talk(k_acue, k_hello + add_network("vdenat5001", "192.168.77.1/24 -")), "error"));
  CHECK(has(Host::talk(k_acue, k_hello + line("delete-bridge vdenat5001 " + k_dir)), "error"));
  CHECK(exists("vdenat5001"));
  Host::set_policy("deny all bridge * all\n"); // to give up what one has takes no line
  CHECK(!has(Host::talk(k_acue, k_hello + line("remove-private-network vdenat5001 " + k_dir) +
                                    line("delete-bridge vdenat5001 " + k_dir)),
             "error"));
  CHECK(!exists("vdenat5001"));
}

TEST_CASE("nat: a range with this host's resolver is refused as long as another one is free", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow all bridge * tap,nat\n");
  write_file("/etc/resolv.conf", "nameserver 10.5.6.53\n");
  make_bridge(k_acue, "vdenat5001");
  CHECK(has(Host::talk(k_acue, k_hello + add_network("vdenat5001", "10.5.6.1/24 -")), "error"));
  CHECK(!has(Host::talk(k_acue, k_hello + add_network("vdenat5001", "192.168.77.1/24 -")), "error"));
}

TEST_CASE("nat: a user without any way cannot cancel all of it, and hears who can", "[privilege]") {
  const Host host{Capability::none};
  needs_nat();
  const std::string before = whole_snapshot();
  REQUIRE(lab::run_vdeup({"create", "--uplink", "nat", "-u", "acue"}).status == 0);
  const auto failed = Host::vdeup(k_acue, {"cancel"});
  INFO(failed.err);
  CHECK(failed.status == 2);
  CHECK(has(failed.err, "hint: run `sudo vdeup cancel -u acue`"));
  CHECK(lab::run_vdeup({"cancel", "-u", "acue"}).status == 0);
  CHECK(lab::difference(before, whole_snapshot()) == "");
}
