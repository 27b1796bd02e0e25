// Firewalls that stop a VM's frames behind its bridge: each is made with the tool that users make it with,
// seen, taken back, and seen no more.

#include "kernel/path_lab.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <filesystem>

using namespace lab;
using namespace path_lab;
using Tool = ForwardFilter::Tool;

TEST_CASE("facts: a chain of nft that drops is seen, and a rule for the bridge that accepts", "[kernel]") {
  needs("nft");
  const std::string family = GENERATE("inet", "ip", "ip6");
  must("nft add table " + family + " wall");
  CHECK(filters().empty());
  must("nft add chain " + family + " wall way { type filter hook forward priority 0 ; policy drop ; }");
  const ForwardFilter filter = only_filter();
  CHECK(filter.tool == Tool::nftables);
  CHECK(filter.family == family);
  CHECK(filter.table == "wall");
  CHECK(filter.chain == "way");
  CHECK(filter.user_chain.empty());
  CHECK(filter.owner.empty());
  CHECK_FALSE(filter.accepts_bridge);
  must("nft insert rule " + family + " wall way iifname br0 oifname br0 counter accept comment mine");
  CHECK(accepts());
  must("nft flush chain " + family + " wall way");
  CHECK_FALSE(accepts());
  must("nft chain " + family + " wall way { policy accept ; }");
  CHECK(filters().empty());
  must("nft delete table " + family + " wall");
  CHECK(filters().empty());
}

TEST_CASE("facts: only a rule that accepts all frames of the bridge counts", "[kernel]") {
  needs("nft");
  must("ip link add br0 type bridge");
  must("ip link add br1 type bridge");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  must("nft add chain inet wall other");
  const auto with = [](const std::string& rule) {
    must("nft flush chain inet wall way");
    must("nft add rule inet wall way " + rule);
    INFO(rule);
    return accepts();
  };
  CHECK(with("accept"));
  CHECK(with("iifname br0 accept"));
  CHECK(with("oifname br0 accept"));
  CHECK(with("iifname \"br*\" accept"));
  CHECK(with("iif br0 oif br0 accept"));
  CHECK(with("iifname != br1 accept"));
  CHECK(with("iifname br0 log accept"));
  CHECK_FALSE(with("iifname br1 accept"));
  CHECK_FALSE(with("iif br1 accept"));
  CHECK_FALSE(with("iifname br accept"));
  CHECK_FALSE(with("iifname br00 accept"));
  CHECK_FALSE(with("iifname br0 oifname != br0 accept"));
  CHECK_FALSE(with("iifname br0 oifname br1 accept"));
  CHECK_FALSE(with("iifname br0 tcp dport 22 accept"));
  CHECK_FALSE(with("iifname br0 ct state established accept"));
  CHECK_FALSE(with("iifname br0 limit rate 1/second accept"));
  CHECK_FALSE(with("iifname br0 meta mark 1 accept"));
  CHECK_FALSE(with("iifname br0 drop"));
  CHECK_FALSE(with("iifname br0 counter"));
}

TEST_CASE("facts: the first rule that decides counts, through jumps, gotos and returns", "[kernel]") {
  needs("nft");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  must("nft add chain inet wall other");
  const auto with = [](const std::vector<std::string>& way, const std::vector<std::string>& other) {
    must("nft flush table inet wall");
    for (const std::string& rule : way)
      must("nft add rule inet wall way " + rule);
    for (const std::string& rule : other)
      must("nft add rule inet wall other " + rule);
    return accepts();
  };
  const std::string good = "iifname br0 oifname br0 accept";
  CHECK(with({"jump other"}, {good}));
  CHECK(with({"goto other"}, {good}));
  CHECK(with({"iifname br0 jump other"}, {good}));
  CHECK(with({"jump other", good}, {"return", "drop"}));
  CHECK(with({"jump other", good}, {"iifname br1 drop"}));
  CHECK(with({"ct state invalid drop", good}, {}));
  CHECK_FALSE(with({"drop", good}, {}));
  CHECK_FALSE(with({"reject", good}, {}));
  CHECK_FALSE(with({"iifname br0 drop", good}, {}));
  CHECK_FALSE(with({"jump other", good}, {"drop"}));
  CHECK_FALSE(with({"jump other"}, {"return", good}));
  CHECK_FALSE(with({"jump other"}, {"tcp dport 22 return", good}));
  CHECK_FALSE(with({"goto other", good}, {}));
  CHECK_FALSE(with({"tcp dport 22 jump other"}, {good}));
  CHECK_FALSE(with({"iifname br1 jump other"}, {good}));
}

TEST_CASE("facts: a chain that ends by rejecting all is like a policy, as firewalld has it", "[kernel]") {
  needs("nft");
  must("nft add table inet firewalld");
  must("nft add chain inet firewalld filter_FORWARD { type filter hook forward priority 10 ; policy accept ; "
       "}");
  must("nft add rule inet firewalld filter_FORWARD ct state { established, related } accept");
  CHECK(filters().empty());
  must("nft add rule inet firewalld filter_FORWARD reject with icmpx admin-prohibited");
  CHECK(only_filter().owner == "firewalld");
  CHECK_FALSE(accepts());
  must("nft insert rule inet firewalld filter_FORWARD iifname br0 accept");
  CHECK(filters().empty());
}

TEST_CASE("facts: chains that call each other over and over end the search, not the patience", "[kernel]") {
  needs("nft");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  std::string previous = "c0";
  must("nft add chain inet wall c0");
  for (int i = 1; i < 14; ++i) {
    const std::string chain = "c" + std::to_string(i);
    must("nft add chain inet wall " + chain);
    for (int times = 0; times < 4; ++times)
      must("nft add rule inet wall " + chain + " jump " + previous);
    previous = chain;
  }
  must("nft add rule inet wall way jump " + previous);
  must("nft add rule inet wall way accept");
  const auto before = std::chrono::steady_clock::now();
  CHECK_FALSE(accepts()); // too much to be sure
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{10});
}

TEST_CASE("facts: a table that is switched off filters nothing", "[kernel]") {
  needs("nft");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  CHECK(filters().size() == 1);
  must("nft add table inet wall { flags dormant ; }");
  CHECK(filters().empty());
}

TEST_CASE("facts: a chain for the bridge's own hook is seen", "[kernel]") {
  needs("nft");
  if (run({"nft", "add", "table", "bridge", "wall"}).status != 0)
    skip("this kernel has no tables of the bridge family");
  must("nft add chain bridge wall way { type filter hook forward priority 0 ; policy drop ; }");
  CHECK(only_filter().family == "bridge");
  must("nft add rule bridge wall way iifname br0 accept"); // a port of this name, and not the bridge
  CHECK_FALSE(accepts());
  if (run({"nft", "add", "rule", "bridge", "wall", "way", "meta", "ibrname", "br0", "accept"}).status == 0)
    CHECK(accepts()); // where the kernel has this expression
}

TEST_CASE("facts: Docker's policy is Docker's, and DOCKER-USER is where to accept", "[kernel]") {
  const std::string name = GENERATE("iptables", "ip6tables");
  const std::string tables = name + "-nft -w ";
  needs(name + "-nft");
  must(tables + "-P FORWARD ACCEPT");
  CHECK(filters().empty());
  must(tables + "-N DOCKER-USER");
  must(tables + "-A DOCKER-USER -j RETURN");
  must(tables + "-N DOCKER-FORWARD");
  must(tables + "-A DOCKER-FORWARD -i docker0 -j ACCEPT");
  must(tables + "-P FORWARD DROP");
  CHECK(only_filter().owner == "Docker");
  CHECK(only_filter().user_chain.empty()); // nothing comes to it yet
  must(tables + "-A FORWARD -j DOCKER-USER");
  must(tables + "-A FORWARD -j DOCKER-FORWARD");
  const ForwardFilter filter = only_filter();
  CHECK(filter.tool == Tool::iptables);
  CHECK(filter.family == (name == "iptables" ? "ip" : "ip6"));
  CHECK(filter.table == "filter");
  CHECK(filter.chain == "FORWARD");
  CHECK(filter.user_chain == "DOCKER-USER");
  CHECK_FALSE(filter.accepts_bridge);
  must(tables + "-I DOCKER-USER -i br0 -o br0 -m comment --comment for_vms -j ACCEPT");
  CHECK(accepts());
  must(tables + "-D DOCKER-USER -i br0 -o br0 -m comment --comment for_vms -j ACCEPT");
  CHECK_FALSE(accepts());
  must(tables + "-I DOCKER-USER -m physdev --physdev-is-bridged -j ACCEPT");
  CHECK(accepts());
  must(tables + "-I DOCKER-USER -i br0 -j REJECT");
  CHECK_FALSE(accepts());
  must(tables + "-P FORWARD ACCEPT");
  must(tables + "-F");
  CHECK(filters().empty());
}

TEST_CASE("facts: the chains of others tell whose filter it is", "[kernel]") {
  needs("iptables-nft");
  const auto [chain, owner] = GENERATE(table<std::string, std::string>({{"ufw-before-forward", "ufw"},
                                                                        {"FORWARD_ZONES", "firewalld"},
                                                                        {"INPUT_ZONES", "firewalld"},
                                                                        {"FORWARD_POLICIES", "firewalld"},
                                                                        {"INPUT_POLICIES", "firewalld"},
                                                                        {"LIBVIRT_FWX", "libvirt"},
                                                                        {"mine", ""}}));
  must("nft flush ruleset");
  CHECK(filters().empty());
  must("iptables-nft -w -P FORWARD DROP");
  must("iptables-nft -w -N " + chain);
  must("iptables-nft -w -A FORWARD -j " + chain);
  must("iptables-nft -w -A " + chain + " -p tcp -j ACCEPT");
  CHECK(only_filter().owner == owner);
  CHECK_FALSE(accepts());
}

TEST_CASE("facts: the tables of the older iptables are read as well", "[kernel]") {
  const std::string name = GENERATE("iptables", "ip6tables");
  const std::string tables = name + "-legacy -w ";
  needs(name + "-legacy");
  if (run({name + "-legacy", "-w", "-S"}, {.environment = {"XTABLES_LOCKFILE=/var/tmp/home/xtables.lock"}})
          .status != 0)
    skip("this kernel has no tables of the older " + name);
  CHECK(filters().empty());
  must(tables + "-P FORWARD DROP");
  const ForwardFilter filter = only_filter();
  CHECK(filter.tool == Tool::iptables_legacy);
  CHECK(filter.family == (name == "iptables" ? "ip" : "ip6"));
  CHECK(filter.table == "filter");
  CHECK(filter.chain == "FORWARD");
  CHECK(filter.owner.empty());
  CHECK_FALSE(filter.accepts_bridge);
  const auto with = [&](const std::string& rule) {
    must(tables + "-I FORWARD " + rule);
    INFO(rule);
    const bool does = accepts();
    must(tables + "-D FORWARD " + rule);
    CHECK_FALSE(accepts());
    return does;
  };
  CHECK(with("-j ACCEPT"));
  CHECK(with("-i br0 -o br0 -j ACCEPT"));
  CHECK(with("-i br0 -m comment --comment mine -j ACCEPT"));
  CHECK(with("-i br+ -j ACCEPT"));
  CHECK(with("! -i br1 -j ACCEPT"));
  CHECK(with("-m physdev --physdev-is-bridged -j ACCEPT"));
  CHECK_FALSE(with("-m physdev ! --physdev-is-bridged -j ACCEPT"));
  CHECK_FALSE(with("-m physdev --physdev-in eth0 -j ACCEPT"));
  CHECK_FALSE(with("-i br -j ACCEPT"));
  CHECK_FALSE(with("-i br1 -j ACCEPT"));
  CHECK_FALSE(with("-i br0 ! -o br0 -j ACCEPT"));
  CHECK_FALSE(with("-i br0 -p tcp -j ACCEPT"));
  CHECK_FALSE(with(name == "iptables" ? "-s 10.0.0.0/8 -j ACCEPT" : "-s fd00::/8 -j ACCEPT"));
  CHECK_FALSE(with("-m conntrack --ctstate ESTABLISHED -j ACCEPT"));
  CHECK_FALSE(with("-j RETURN"));
  CHECK_FALSE(with("-i br0"));

  must(tables + "-N DOCKER-USER");
  must(tables + "-A DOCKER-USER -i br0 -o br0 -j ACCEPT");
  CHECK_FALSE(accepts());
  CHECK(with("-j DOCKER-USER"));
  CHECK(with("-g DOCKER-USER"));
  must(tables + "-I DOCKER-USER -i br0 -j REJECT");
  CHECK_FALSE(with("-j DOCKER-USER"));
  must(tables + "-A FORWARD -j DOCKER-USER");
  CHECK(only_filter().owner == "Docker");
  CHECK(only_filter().user_chain == "DOCKER-USER");
  must(tables + "-P FORWARD ACCEPT");
  must(tables + "-F");
  CHECK(filters().empty());
}

TEST_CASE("facts: masquerading is seen, whatever made it", "[kernel]") {
  const auto [tool, on, off] = GENERATE(table<std::string, std::string, std::string>(
      {{"nft", "add rule ip sky out oifname != br0 masquerade", "flush table ip sky"},
       {"nft", "add rule ip sky more ip saddr 10.0.0.0/8 masquerade", "flush table ip sky"},
       {"iptables-nft", "-w -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE", "-w -t nat -F"},
       {"iptables-legacy", "-w -t nat -A POSTROUTING -o eth0 -j MASQUERADE", "-w -t nat -F"}}));
  needs(tool);
  if (tool == "iptables-legacy" && !std::filesystem::exists("/proc/net/ip_tables_names"))
    skip("this kernel has no tables of the older iptables");
  if (tool == "nft") {
    must("nft add table ip sky");
    must("nft add chain ip sky out { type nat hook postrouting priority 100 ; }");
    must("nft add chain ip sky more");
  }
  CHECK_FALSE(facts().masquerades);
  if (on.find(" more ") != std::string::npos)
    must("nft add rule ip sky out jump more");
  must(tool + " " + on);
  CHECK(facts().masquerades);
  CHECK(filters().empty());
  must(tool + " " + off);
  CHECK_FALSE(facts().masquerades);
}
