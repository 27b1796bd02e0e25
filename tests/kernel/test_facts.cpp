// What the kernel says beside its links and its firewalls: each fact absent, made for real, seen, and taken
// back.

#include "kernel/path_lab.hpp"
#include "network/path_observer.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace lab;
using namespace path_lab;
using namespace vdeup;

namespace {

void write_sysctl(const std::string& name, const std::string& value) {
  std::ofstream file{"/proc/sys/net/" + name};
  file << value << std::flush;
  INFO(name);
  REQUIRE(file);
}

} // namespace

TEST_CASE("facts: a host without a firewall has no filters and does not masquerade", "[kernel]") {
  must("ip link add br0 type bridge");
  const HostFacts found = facts();
  REQUIRE(found.forward_filters);
  CHECK(found.forward_filters->empty());
  CHECK_FALSE(found.masquerades);
  CHECK(found.wifi_stations.empty());
  CHECK(found.bridge_addresses.empty());
  // Asking has not made the tables of the older iptables.
  std::ifstream names{"/proc/net/ip_tables_names"};
  std::string name;
  CHECK_FALSE(std::getline(names, name));
}

TEST_CASE("facts: br_netfilter is seen, for all bridges and for one", "[kernel]") {
  const std::string ip4 = "bridge/bridge-nf-call-iptables";
  const std::string ip6 = "bridge/bridge-nf-call-ip6tables";
  if (!std::filesystem::exists("/proc/sys/net/" + ip4))
    skip("this kernel has no br_netfilter, or it is not loaded");
  must("ip link add br0 type bridge");
  must("ip link add br1 type bridge nf_call_iptables 1 nf_call_ip6tables 1");
  write_sysctl(ip4, "0");
  write_sysctl(ip6, "0");
  CHECK_FALSE(facts().filters_bridged_ip4);
  CHECK_FALSE(facts().filters_bridged_ip6);
  write_sysctl(ip4, "1");
  CHECK(facts().filters_bridged_ip4);
  CHECK_FALSE(facts().filters_bridged_ip6);
  write_sysctl(ip4, "0");
  write_sysctl(ip6, "1");
  CHECK_FALSE(facts().filters_bridged_ip4);
  CHECK(facts().filters_bridged_ip6);
  write_sysctl(ip6, "0");
  must("ip link set br0 type bridge nf_call_iptables 1");
  CHECK(facts().filters_bridged_ip4);
  CHECK_FALSE(facts().filters_bridged_ip6);
  must("ip link set br0 type bridge nf_call_iptables 0 nf_call_ip6tables 1");
  CHECK_FALSE(facts().filters_bridged_ip4);
  CHECK(facts().filters_bridged_ip6);
}

TEST_CASE("facts: forwarding and the length of datagram queues are this namespace's", "[kernel]") {
  write_sysctl("ipv4/ip_forward", "0");
  write_sysctl("ipv6/conf/all/forwarding", "0");
  CHECK_FALSE(facts().forwards_ip4);
  CHECK_FALSE(facts().forwards_ip6);
  write_sysctl("ipv4/ip_forward", "1");
  CHECK(facts().forwards_ip4);
  CHECK_FALSE(facts().forwards_ip6);
  write_sysctl("ipv4/ip_forward", "0");
  write_sysctl("ipv6/conf/all/forwarding", "1");
  CHECK_FALSE(facts().forwards_ip4);
  CHECK(facts().forwards_ip6);
  write_sysctl("unix/max_dgram_qlen", "37");
  CHECK(facts().datagram_queue == 37);
  write_sysctl("unix/max_dgram_qlen", "512");
  CHECK(facts().datagram_queue == 512);
}

TEST_CASE("facts: the bridge's addresses are those that are ready for use", "[kernel]") {
  make_bridge("forward_delay 0");
  must("ip link set br0 addrgenmode none");
  must("ip -6 address flush dev br0");
  CHECK(facts().bridge_addresses.empty());
  must("ip address add 192.0.2.1/24 dev br0");
  must("ip address add 192.0.2.77 peer 198.51.100.1/32 dev br0");
  must("ip address add 203.0.113.1/24 dev outside");
  must("ip address add 2001:db8::1/64 dev br0 nodad");
  must("ip address add 2001:db8::2/64 dev br0 nodad preferred_lft 0");
  std::vector<std::string> found;
  for (const IpAddress& address : facts().bridge_addresses)
    found.push_back(address.str());
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<std::string>{"192.0.2.1", "192.0.2.77", "2001:db8::1"});
  must("ip address flush dev br0");
  CHECK(facts().bridge_addresses.empty());
}

TEST_CASE("facts: an address that may still be a duplicate is not ready", "[kernel]") {
  must("ip link add br0 type bridge"); // down: no check for duplicates comes to its end
  must("ip address add 2001:db8::1/64 dev br0");
  CHECK(must("ip address show dev br0 tentative").find("2001:db8::1") != std::string::npos);
  CHECK(facts().bridge_addresses.empty());
}

TEST_CASE("facts: a bridge that is not there is not an error", "[kernel]") {
  needs("nft");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  must("nft add rule inet wall way iifname br0 oifname br0 accept");
  CHECK(accepts());
  auto host = network::PathObserver::open();
  REQUIRE(host);
  const auto watch = host.value()->watch(k_bridge);
  REQUIRE_FALSE(watch);
  CHECK(watch.error().kind() == ErrorKind::missing);
}

TEST_CASE("facts: an ordinary user is told all but the filters", "[kernel]") {
  needs_others();
  needs("nft");
  make_bridge("forward_delay 0");
  must("ip address add 192.0.2.1/24 dev br0");
  write_sysctl("ipv4/ip_forward", "1");
  must("nft add table inet wall");
  must("nft add chain inet wall way { type filter hook forward priority 0 ; policy drop ; }");
  CHECK(filters().size() == 1);
  Alice alice{[](int /*ready*/) {
    auto host = network::PathObserver::open();
    const auto found = host ? host.value()->facts(k_bridge) : fail(host.error());
    return found && !found.value().forward_filters && !found.value().masquerades &&
           found.value().forwards_ip4 && found.value().datagram_queue > 0 &&
           !found.value().bridge_addresses.empty();
  }};
  CHECK(alice.finish());
}
