// What the rest of a host does to VMs: its firewall, its forwarding, other VMs.

#include "check_report.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vde/attach.hpp"
#include "vde/console.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <fstream>

using namespace lab;

namespace {

const std::vector<Trouble> k_firewalls{
    {"iptables", [] { sh("iptables -P FORWARD DROP"); }, "chain ip filter FORWARD, policy drop"},
    {"ip6tables", [] { sh("ip6tables -P FORWARD DROP"); }, "chain ip6 filter FORWARD, policy drop"},
    {"iptables of old", [] { sh("iptables-legacy -P FORWARD DROP"); },
     "chain ip filter FORWARD, policy drop"},
    {"ip6tables of old", [] { sh("ip6tables-legacy -P FORWARD DROP"); },
     "chain ip6 filter FORWARD, policy drop"},
    {"as Docker has it",
     [] {
       sh("iptables -N DOCKER-USER && iptables -A FORWARD -j DOCKER-USER && iptables -P FORWARD DROP");
       sh("iptables -A DOCKER-USER -j RETURN");
     },
     "Docker, chain ip filter FORWARD, policy drop"},
    {"nftables, one family",
     [] {
       sh("nft 'add table ip mine; add chain ip mine way { type filter hook forward priority 0; policy drop; "
          "}'");
     },
     "chain ip mine way, policy drop"},
    {"nftables, both families",
     [] {
       sh("nft 'add table inet mine; add chain inet mine way { type filter hook forward priority 0; policy "
          "drop; }'");
     },
     "chain inet mine way, policy drop"},
};

/// A VM that says it has this address, and sends from it.
Running start_vm(const std::string& name, const std::string& mac) {
  Running vm{{bin_directory() + "/vdeup", "run", "--", bin_directory() + "/fake_vm", "-name", name, "-net",
              "nic,macaddr=" + mac, "-net", "vde"}};
  REQUIRE(vm.wait_for("mac=" + mac));
  return vm;
}

const vdeup::SocketPath k_dir = vdeup::SocketPath::directory("/var/tmp/vde_switch0.root").value();

vdeup::vde::Attachment attach(const std::string& label) {
  auto attachment =
      vdeup::vde::attach(k_dir, {.description = label}, vdeup::Deadline::after(std::chrono::seconds{3}));
  REQUIRE(attachment);
  return std::move(attachment).value();
}

void send_from(const vdeup::vde::Attachment& attachment, const std::string& mac) {
  std::vector<std::uint8_t> frame(60, 0);
  std::fill_n(frame.begin(), 6, 0xff);
  const auto source = vdeup::MacAddress::parse(mac).value().bytes();
  std::copy(source.begin(), source.end(), frame.begin() + 6);
  frame[12] = 0x88;
  frame[13] = 0xb5;
  REQUIRE(::send(attachment.data.get(), frame.data(), frame.size(), 0) == 60);
}

bool has_bridge_netfilter() {
  return std::ifstream{"/proc/sys/net/bridge/bridge-nf-call-iptables"}.good();
}

} // namespace

TEST_CASE("check: names each firewall that drops bridged frames, and what it prints opens it", "[check]") {
  needs_others();
  if (!has_bridge_netfilter())
    skip("needs br_netfilter");
  const Trouble firewall = GENERATE(from_range(k_firewalls));
  sh("sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1");
  sh("vdeup create");
  settle();
  require_named_and_mended(firewall);
  sh("nft flush ruleset; for tool in iptables-legacy ip6tables-legacy; do $tool -P FORWARD ACCEPT; $tool -F; "
     "done");
}

TEST_CASE("check: a firewall of the bridge family is named without br_netfilter", "[check]") {
  needs_others();
  sh("vdeup create");
  const Trouble firewall{
      "bridge family",
      [] {
        sh("nft 'add table bridge mine; "
           "add chain bridge mine way { type filter hook forward priority 0; policy drop; }'");
      },
      "chain bridge mine way, policy drop"};
  firewall.make();
  REQUIRE(check().status() == 1);
  REQUIRE(check().find(firewall.named) != nullptr);
  const bool knows_bridges =
      run({"nft", "insert rule bridge mine way meta ibrname \"no\" accept"}).status == 0;
  sh("nft delete table bridge mine");
  REQUIRE(check().status() == 0);
  if (!knows_bridges)
    skip("named and gone; to follow the hint needs a kernel with nft_meta_bridge");
  require_named_and_mended(firewall);
}

TEST_CASE("check: a firewall that br_netfilter does not ask is no fault", "[check]") {
  needs_others();
  if (!has_bridge_netfilter())
    skip("needs br_netfilter");
  sh("vdeup create && iptables -P FORWARD DROP");
  sh("sysctl -qw net.bridge.bridge-nf-call-iptables=1");
  CHECK(check().status() == 1);
  sh("sysctl -qw net.bridge.bridge-nf-call-iptables=0");
  CHECK(check().status() == 0);
}

TEST_CASE("check: a user who may not read the firewall is told so, and with which command root can",
          "[check]") {
  needs_others();
  if (!has_bridge_netfilter())
    skip("needs br_netfilter");
  sh("sysctl -qw net.bridge.bridge-nf-call-iptables=1");
  sh("vdeup create -u nobody && iptables -P FORWARD DROP");
  const auto seen = check({}, {.user = k_alice});
  INFO(seen.done().out);
  CHECK(seen.status() == 0);
  REQUIRE(seen.find("only root can read") != nullptr);
  CHECK(seen.find("only root can read")->hint == "sudo vdeup check -u nobody");
  CHECK(check({"-u", "nobody"}).status() == 1);
}

TEST_CASE("check: NAT on a host that does not forward is named, and what it prints turns it on", "[check]") {
  needs_others();
  sh("vdeup create");
  settle();
  require_named_and_mended(
      {"NAT",
       [] {
         sh("sysctl -qw net.ipv4.ip_forward=0 && ip address add 192.0.2.1/24 dev ctysbr0");
         sh("nft 'add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; "
            "add rule ip nat post ip saddr 192.0.2.0/24 masquerade'");
       },
       "this host does not forward IPv4"});
}

TEST_CASE("check: two VMs with one address are both named until one has ended", "[check]") {
  needs_others();
  const std::string mac = "52:54:00:12:34:56";
  Running web = start_vm("web", mac);
  CHECK(check().status() == 0);
  {
    const auto mail = attach("mail mac=" + mac); // by hand: vdeup itself refuses an address that is taken
    const auto seen = check();
    INFO(seen.done().out);
    CHECK(seen.status() == 1);
    CHECK(seen.find("VM web at port 2 and VM mail at port 3 have the same address " + mac) != nullptr);
  }
  CHECK(eventually([] { return check().status() == 0; }));
}

TEST_CASE("check: a VM's address that somebody else sends from is named with the other", "[check]") {
  needs_others();
  sh("vdeup create");
  const auto web = attach("web mac=52:54:00:00:00:01");
  {
    const auto mail = attach("mail mac=52:54:00:00:00:02");
    send_from(mail, "52:54:00:00:00:02");
    send_from(web, "52:54:00:00:00:01");
    CHECK(check().status() == 0);
    send_from(mail, "52:54:00:00:00:01");
    const auto seen = check();
    INFO(seen.done().out);
    CHECK(seen.status() == 1);
    CHECK(seen.find("VM web at port 2 and VM mail at port 3 have the same address 52:54:00:00:00:01") !=
          nullptr);
  }
  CHECK(check().status() == 0);
}

TEST_CASE("check: a VM's address that is used outside, too, is named", "[check]") {
  needs_others();
  sh("vdeup create");
  const auto web = attach("web mac=52:54:00:00:00:01");
  CHECK(check().status() == 0);
  // Another machine behind the bridge; IPv6 makes it speak as soon as it is up.
  sh("ip link add out0 type veth peer name in0 && ip link set out0 master ctysbr0 up");
  sh("ip link set in0 address 52:54:00:00:00:01 up");
  const std::string named = "VM web at port 2 and somebody behind tap0 have the same address";
  std::string seen;
  const bool is_named = eventually([&] {
    const auto report = check();
    seen += report.done().out + "\n";
    return report.status() == 1 && report.find(named) != nullptr;
  });
  INFO(seen);
  CHECK(is_named);
  CHECK(seen.find("fault: ") == seen.find("fault: " + named)); // and nothing else before
}

TEST_CASE("check: a full switch is named, and gets more ports from what is printed", "[check]") {
  needs_others();
  if (run({"sh", "-c", "command -v unixcmd && test -f /etc/vde2/vdecmd"}).status != 0)
    skip("needs unixcmd, of the package vde2");
  sh("vdeup create && unixcmd -s /var/tmp/vde_mgmt0.root -f /etc/vde2/vdecmd port/setnumports 4; true");
  const auto web = attach("web");
  CHECK(check().status() == 0);
  const auto mail = attach("mail");
  require_named_and_mended({"full", [] {}, "all 3 ports of the switch are taken"});
}
