// Firewalls that keep a private network from the outside, or its VMs from their address: each is made with
// the tool that its owner uses, told, let through by the very commands that are told, and told no more.

#include "firewall/nat_obstacles.hpp"
#include "kernel/nat_lab.hpp"
#include "kernel/path_lab.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

using namespace lab;
using namespace nat_lab;
using path_lab::must;
using path_lab::needs;
using namespace vdeup;

namespace {

std::vector<NatObstacle> obstacles() {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  const auto ruleset = firewall::read_ruleset();
  REQUIRE(ruleset);
  auto found = firewall::nat_obstacles(netlink.value(), ruleset.value(), name_of("vdenat0"));
  INFO((found ? "" : found.error().message()));
  REQUIRE(found);
  return found.value();
}

NatObstacle only_obstacle() {
  const auto found = obstacles();
  REQUIRE(found.size() == 1);
  return found.front();
}

/// Run what is told, as root would in a shell.
void obey(const NatObstacle& obstacle) {
  for (const std::string& command : obstacle.commands) {
    const auto done =
        run({"sh", "-c", command}, {.environment = {"XTABLES_LOCKFILE=/var/tmp/home/xtables.lock"}});
    INFO(command << "\n" << done.err);
    REQUIRE(done.status == 0);
  }
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("obstacles: a host without a firewall has none, and other private networks are none", "[nat]") {
  needs("nft");
  CHECK(obstacles().empty());
  const PrivateBridge bridge0{"vdenat0"};
  const PrivateBridge bridge1{"vdenat1"};
  add(adding("vdenat0", 77));
  add(adding("vdenat1", 78, false));
  CHECK(obstacles().empty());
}

TEST_CASE("obstacles: Docker's policy is let through in the chain that it leaves to others", "[nat]") {
  const std::string name = GENERATE("iptables", "ip6tables");
  const std::string tables = name + "-nft -w ";
  needs(name + "-nft");
  must(tables + "-N DOCKER-USER");
  must(tables + "-A DOCKER-USER -j RETURN");
  must(tables + "-N DOCKER-FORWARD");
  must(tables + "-A DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
  must(tables + "-A DOCKER-FORWARD -i docker0 -j ACCEPT");
  must(tables + "-A FORWARD -j DOCKER-USER");
  must(tables + "-A FORWARD -j DOCKER-FORWARD");
  CHECK(obstacles().empty());
  must(tables + "-P FORWARD DROP");
  const NatObstacle obstacle = only_obstacle();
  CHECK(obstacle.owner == "Docker");
  CHECK(obstacle.what == "drops what is forwarded");
  CHECK(obstacle.commands ==
        Lines{name + " -I DOCKER-USER -i vdenat0 -j ACCEPT",
              name + " -I DOCKER-USER -o vdenat0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"});
  must(tables + "-I DOCKER-USER -i vdenat0 -j ACCEPT");
  CHECK(only_obstacle().commands.size() == 1); // the answers are dropped yet
  must(tables + "-I DOCKER-USER -o vdenat0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
  CHECK(obstacles().empty());
  must("nft flush ruleset");
}

TEST_CASE("obstacles: ufw is let through by its own commands", "[nat]") {
  needs("iptables-nft");
  const std::string tables = "iptables-nft -w ";
  for (const char* chain :
       {"ufw-before-input", "ufw-user-input", "ufw-not-local", "ufw-before-forward", "ufw-user-forward"})
    must(tables + "-N " + chain);
  must(tables + "-A INPUT -j ufw-before-input");
  must(tables + "-A FORWARD -j ufw-before-forward");
  must(tables + "-A ufw-before-input -i lo -j ACCEPT");
  must(tables + "-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
  must(tables + "-A ufw-before-input -m conntrack --ctstate INVALID -j DROP");
  must(tables + "-A ufw-before-input -p udp --sport 67 --dport 68 -j ACCEPT");
  must(tables + "-A ufw-before-input -j ufw-not-local");
  must(tables + "-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN");
  must(tables + "-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN");
  must(tables + "-A ufw-not-local -j DROP");
  must(tables + "-A ufw-before-input -j ufw-user-input");
  must(tables + "-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
  must(tables + "-A ufw-before-forward -j ufw-user-forward");
  CHECK(obstacles().empty());
  must(tables + "-P INPUT DROP");
  const NatObstacle obstacle = only_obstacle();
  CHECK(obstacle.owner == "ufw");
  CHECK(obstacle.what == "drops what VMs ask this host");
  CHECK(obstacle.commands == Lines{"ufw allow in on vdenat0 to any port 67 proto udp",
                                   "ufw allow in on vdenat0 to any port 53 proto udp",
                                   "ufw allow in on vdenat0 to any port 53 proto tcp"});
  must(tables + "-N DOCKER-USER"); // in the same table, and not in the way
  must(tables + "-A DOCKER-USER -j RETURN");
  CHECK(only_obstacle().owner == "ufw");
  must(tables + "-P FORWARD DROP");
  const auto both = obstacles();
  REQUIRE(both.size() == 2);
  CHECK(both.front().commands == Lines{"ufw route allow in on vdenat0"});
  // What ufw makes of these commands.
  must(tables + "-A ufw-user-input -i vdenat0 -p udp --dport 67 -j ACCEPT");
  CHECK(obstacles().back().commands.size() == 2);
  must(tables + "-A ufw-user-input -i vdenat0 -p udp --dport 53 -j ACCEPT");
  CHECK(obstacles().back().commands.size() == 1);
  must(tables + "-A ufw-user-input -i vdenat0 -p tcp --dport 53 -j ACCEPT");
  CHECK(only_obstacle().what == "drops what is forwarded");
  must(tables + "-A ufw-user-forward -i vdenat0 -j ACCEPT");
  CHECK(obstacles().empty());
}

TEST_CASE("obstacles: what ufw drops of IPv4 and IPv6 is told once, as one command is for both", "[nat]") {
  const std::vector<std::pair<std::string, std::string>> tables{{"iptables-nft", "ufw"},
                                                                {"ip6tables-nft", "ufw6"}};
  for (const auto& [tool, prefix] : tables) {
    needs(tool);
    must(fmt::format("{} -w -N {}-before-forward", tool, prefix));
    must(fmt::format("{} -w -A FORWARD -j {}-before-forward", tool, prefix));
    must(tool + " -w -P FORWARD DROP");
  }
  CHECK(only_obstacle().owner == "ufw");
  CHECK(only_obstacle().what == "drops what is forwarded");
  CHECK(only_obstacle().commands == Lines{"ufw route allow in on vdenat0"});
  must("iptables-nft -w -P FORWARD ACCEPT");
  CHECK(only_obstacle().commands == Lines{"ufw route allow in on vdenat0"}); // for IPv6
  must("ip6tables-nft -w -P FORWARD ACCEPT");
  CHECK(obstacles().empty());
}

TEST_CASE("obstacles: firewalld is told of the bridge, for now and for its next start", "[nat]") {
  needs("nft");
  must("nft add table inet firewalld");
  must("nft add chain inet firewalld filter_FORWARD { type filter hook forward priority 10 ; policy accept ; "
       "}");
  must("nft add rule inet firewalld filter_FORWARD ct state { established, related } accept");
  CHECK(obstacles().empty());
  must("nft add rule inet firewalld filter_FORWARD reject with icmpx admin-prohibited");
  CHECK(only_obstacle().owner == "firewalld");
  CHECK(only_obstacle().commands == Lines{"firewall-cmd --zone=trusted --add-interface=vdenat0",
                                          "firewall-cmd --permanent --zone=trusted --add-interface=vdenat0"});
  CHECK(only_obstacle().what == "drops what is forwarded");
  must("nft add chain inet firewalld filter_INPUT { type filter hook input priority 10 ; policy accept ; }");
  must("nft add rule inet firewalld filter_INPUT reject with icmpx admin-prohibited");
  CHECK(only_obstacle().what == "drops what is forwarded, and what VMs ask this host");
  must("nft insert rule inet firewalld filter_FORWARD iifname vdenat0 accept");
  CHECK(only_obstacle().what == "drops what VMs ask this host");
  must("nft insert rule inet firewalld filter_INPUT iifname vdenat0 accept");
  CHECK(obstacles().empty());
}

TEST_CASE("obstacles: a firewall of one's own is let through with the tool that it was made with", "[nat]") {
  const auto [tool, owner] =
      GENERATE(table<std::string, std::string>({{"inet", "table inet filter"},
                                                {"ip", "table ip filter"},
                                                {"iptables-nft", "table ip filter"},
                                                {"iptables-legacy", "table ip filter"}}));
  needs("nft");
  if (tool.starts_with("iptables")) {
    needs(tool);
    if (run({tool, "-w", "-S"}, {.environment = {"XTABLES_LOCKFILE=/var/tmp/home/xtables.lock"}}).status != 0)
      skip("this kernel has no tables of the older iptables");
    must(tool + " -w -P INPUT DROP");
    must(tool + " -w -P FORWARD DROP");
  } else {
    must("nft add table " + tool + " filter");
    must("nft add chain " + tool + " filter input { type filter hook input priority 0 ; policy drop ; }");
    must("nft add chain " + tool + " filter forward { type filter hook forward priority 0 ; policy drop ; }");
  }
  const auto found = obstacles();
  REQUIRE(found.size() == 2);
  for (const NatObstacle& obstacle : found) {
    CHECK(obstacle.owner == owner);
    CHECK(obstacle.commands.size() == (obstacle.what == "drops what is forwarded" ? 2 : 3));
    obey(obstacle);
  }
  CHECK(obstacles().empty());
  must("nft flush ruleset");
  if (tool == "iptables-legacy")
    for (const char* how : {"-F", "-P INPUT ACCEPT", "-P FORWARD ACCEPT"})
      must(tool + " -w " + how);
}

TEST_CASE("obstacles: rules are understood as people write them", "[nat]") {
  needs("nft");
  must("ip link add eth0 type bridge");
  must("ip link add vdenat0 type bridge");
  must("ip link set eth0 up");
  must("ip address add 10.1.0.2/24 dev eth0");
  must("ip route add default via 10.1.0.1");
  must("nft add table inet t");
  must("nft add chain inet t in { type filter hook input priority 0 ; policy drop ; }");
  must("nft add chain inet t way { type filter hook forward priority 0 ; policy drop ; }");
  must("nft add chain inet t more");
  const auto left = [](const Lines& in, const Lines& way) {
    must("nft flush table inet t");
    must("nft add rule inet t more iifname vdenat0 accept");
    must("nft add rule inet t in iifname vdenat0 tcp dport 53 accept"); // has a test of its own
    for (const std::string& rule : in)
      must("nft add rule inet t in " + rule);
    for (const std::string& rule : way)
      must("nft add rule inet t way " + rule);
    std::size_t commands = 0;
    for (const NatObstacle& obstacle : obstacles())
      commands += obstacle.commands.size();
    return commands;
  };
  const std::string all = "accept";
  // What VMs ask this host.
  CHECK(left({}, {all}) == 2);
  CHECK(left({"iifname vdenat0 udp dport { 53, 67 } accept"}, {all}) == 0);
  CHECK(left({"iifname vdenat0 udp dport { 53, 68 } accept"}, {all}) == 1);
  CHECK(left({"udp dport vmap { 53 : accept, 67 : jump more }"}, {all}) == 0);
  CHECK(left({"udp dport vmap { 53 : drop, 67 : jump more }", all}, {all}) == 1);
  CHECK(left({"iifname { lo, vdenat0 } meta l4proto udp accept"}, {all}) == 0);
  CHECK(left({"iifname != eth0 accept"}, {all}) == 0);
  CHECK(left({"iifname vmap { lo : accept, vdenat0 : goto more }"}, {all}) == 0);
  CHECK(left({"meta nfproto ipv6 accept"}, {all}) == 2);
  CHECK(left({"meta nfproto ipv4 accept"}, {all}) == 0);
  CHECK(left({"ip protocol udp accept"}, {all}) == 0);
  CHECK(left({"tcp dport 53 accept"}, {all}) == 2);
  CHECK(left({"udp sport 68 accept"}, {all}) == 2);
  CHECK(left({"ip saddr 10.0.0.0/8 accept"}, {all}) == 2);
  CHECK(left({"ct state established,related accept"}, {all}) == 2);
  CHECK(left({"ct state vmap { established : accept, invalid : drop }", "udp dport 53 drop", all}, {all}) ==
        1);
  CHECK(left({"ct state new udp dport 67 accept", "ct state { new, untracked } udp dport 53 accept"},
             {all}) == 0);
  // What they send on, and what comes back.
  CHECK(left({all}, {}) == 2);
  CHECK(left({all}, {"ct state vmap { established : accept, related : accept }"}) == 1);
  CHECK(left({all}, {"ct state related accept"}) == 2);
  CHECK(left({all}, {"ct state established,related accept", "iifname vdenat0 accept"}) == 0);
  CHECK(left({all}, {"ct state { established, related } accept", "iifname vdenat0 oifname eth0 accept"}) ==
        0);
  CHECK(left({all}, {"ct state established accept", "iif vdenat0 oif eth0 ct state new accept"}) == 0);
  CHECK(left({all}, {"ct state established accept", "iifname vdenat0 oifname eth1 accept"}) == 1);
  CHECK(left({all}, {"ct state established accept", "iifname eth0 accept"}) == 1);
  CHECK(left({all}, {"iifname vdenat0 accept", "oifname vdenat0 accept"}) == 0);
  CHECK(left({all}, {"iifname vdenat0 accept", "iifname eth0 oifname vdenat0 ct state != new accept"}) == 0);
  CHECK(left({all}, {"ct state established accept", "iifname vdenat0 drop", all}) == 1);
  // Without a way out yet, it may lead anywhere.
  must("ip route delete default");
  CHECK(left({all}, {"ct state established accept", "iifname vdenat0 oifname eth0 accept"}) == 1);
  CHECK(left({all}, {"ct state established accept", "iifname vdenat0 oifname != vdenat0 accept"}) == 0);
  CHECK(left({all}, {"iifname != vdenat0 oifname vdenat0 accept", "iifname vdenat0 accept"}) == 0);
}

TEST_CASE("obstacles: what a set with ranges, or the rest of a map, drops is in the way", "[nat]") {
  needs("nft");
  must("nft add table inet t");
  must("nft add chain inet t in { type filter hook input priority 0 ; policy accept ; }");
  const auto is_told = [](const std::string& rule) {
    must("nft flush table inet t");
    must("nft add rule inet t in " + rule);
    INFO(rule);
    return !obstacles().empty();
  };
  CHECK(is_told("udp dport { 50-60, 67-70 } drop"));
  CHECK(is_told("udp dport { 1-52, 53, 54-60 } drop")); // ranges side by side
  CHECK(is_told("udp dport vmap { 0-1023 : drop, 1024-65535 : accept }"));
  CHECK(is_told("udp dport vmap { 0-52 : accept, 53 : drop, 54-65535 : accept }"));
  CHECK(is_told("iifname vmap { eth0 : accept, * : drop }"));
  CHECK_FALSE(is_told("udp dport { 54-60, 68-70 } drop"));
  CHECK_FALSE(is_told("udp dport vmap { 0-1023 : accept, 1024-65535 : drop }"));
  CHECK_FALSE(is_told("iifname vmap { vdenat0 : accept, * : drop }"));
  must("nft flush ruleset");
}

TEST_CASE("obstacles: long answers of names come by TCP, and are asked for so", "[nat]") {
  const std::string tool = GENERATE("nft", "iptables-nft", "iptables-legacy");
  needs(tool);
  if (tool == "nft") {
    must("nft add table inet t");
    must("nft add chain inet t in { type filter hook input priority 0 ; policy drop ; }");
  } else {
    if (run({tool, "-w", "-S"}, {.environment = {"XTABLES_LOCKFILE=/var/tmp/home/xtables.lock"}}).status != 0)
      skip("this kernel has no tables of the older iptables");
    must(tool + " -w -P INPUT DROP");
  }
  const std::string add = tool == "nft" ? "nft add rule inet t in " : tool + " -w -A INPUT ";
  const std::string flush = tool == "nft" ? "nft flush table inet t" : tool + " -w -F";
  const auto lets_through = [&](const std::string& nft_rule, const std::string& rule) {
    must(flush);
    must(add + (tool == "nft" ? "udp dport { 53, 67 } accept" : "-p udp -j ACCEPT"));
    must(add + (tool == "nft" ? nft_rule + " accept" : rule + " -j ACCEPT"));
    INFO(tool << ": " << nft_rule);
    return obstacles().empty();
  };
  CHECK(lets_through("tcp dport 53", "-p tcp --dport 53"));
  CHECK(lets_through("iifname vdenat0 meta l4proto tcp", "-i vdenat0 -p tcp"));
  CHECK(lets_through("tcp dport 53 ct state new", "-p tcp --dport 53 -m conntrack --ctstate NEW"));
  CHECK(lets_through("tcp dport != 22", "-p tcp ! --dport 22"));
  CHECK(lets_through("tcp dport 50-60", "-p tcp --dport 50:60"));
  CHECK(lets_through("tcp dport != 1-52", "-p tcp -m multiport ! --dports 1:52,54"));
  CHECK(lets_through("tcp dport > 52 tcp dport < 54", "-p tcp -m multiport --dports 22,50:60"));
  CHECK(lets_through("tcp dport >= 53 tcp dport <= 53", "-p tcp -m multiport --ports 53"));
  CHECK(lets_through("tcp dport 53 tcp flags syn", "-p tcp --dport 53 --syn"));
  CHECK(
      lets_through("tcp dport 53 tcp flags & (syn|ack) == syn", "-p tcp --dport 53 --tcp-flags SYN,ACK SYN"));
  CHECK(lets_through("tcp dport { 22, 50-60 }", "-p tcp -m multiport --dports 22,50:60"));
  CHECK(lets_through("tcp dport != { 1-52, 54 }", "-p tcp --dport 53"));
  CHECK_FALSE(lets_through("tcp dport { 1-52, 54-70 }", "-p tcp --dport 54"));
  CHECK_FALSE(lets_through("tcp dport 54-60", "-p tcp --dport 54:60"));
  CHECK_FALSE(lets_through("tcp dport != 50-60", "-p tcp -m multiport ! --dports 50:60"));
  CHECK_FALSE(lets_through("tcp dport > 53", "-p tcp -m multiport --dports 1:52,54"));
  CHECK_FALSE(lets_through("tcp dport < 53", "-p tcp -m multiport --sports 53"));
  CHECK_FALSE(lets_through("tcp dport 53 tcp flags & (syn|ack) == ack", "-p tcp --dport 53 ! --syn"));
  CHECK_FALSE(lets_through("udp dport 53", "-p udp --dport 53"));
  CHECK_FALSE(lets_through("tcp dport 54", "-p tcp --dport 54"));
  CHECK_FALSE(lets_through("tcp dport != 53", "-p tcp ! --dport 53"));
  CHECK_FALSE(lets_through("tcp sport 53", "-p tcp --sport 53"));
  CHECK_FALSE(lets_through("tcp dport 53 tcp sport 53", "-p tcp --dport 53 --sport 53"));
  CHECK_FALSE(lets_through("tcp dport 53 tcp flags fin", "-p tcp --dport 53 --tcp-flags ALL FIN"));
  CHECK_FALSE(lets_through("tcp dport 53 tcp option timestamp exists", "-p tcp --dport 53 --tcp-option 8"));
  // Who takes all but new connections has the same in the way.
  must(flush);
  must(tool == "nft" ? "nft add chain inet t in { policy accept ; }" : tool + " -w -P INPUT ACCEPT");
  CHECK(obstacles().empty());
  must(add + (tool == "nft" ? "tcp flags & (fin|syn|rst|ack) == syn drop" : "-p tcp --syn -j DROP"));
  CHECK(obstacles().size() == 1);
  must("nft flush ruleset");
  if (tool == "iptables-legacy") {
    must(tool + " -w -F");
    must(tool + " -w -P INPUT ACCEPT");
  }
}
