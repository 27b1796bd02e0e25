#include "nat/name_servers.hpp"
#include "nat/nat_lab.hpp"
#include "process/held_process.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace nat_lab;
using namespace vdeup;

namespace {

constexpr ino_t k_namespace = 4026531840;

SocketPath switch_dir(const std::string& path) {
  return SocketPath::directory(path).value();
}

const std::string k_switch = "/var/tmp/a switch, of acue's";

std::vector<std::string> words_for(const PrivateNetwork& network) {
  return nat::dnsmasq_words({bridge(), k_namespace}, switch_dir(k_switch), network);
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::count(words.begin(), words.end(), word) == 1;
}

} // namespace

TEST_CASE("name servers: those of a resolv.conf, and nothing else of it", "[nat]") {
  const auto read =
      vdeup::nat::read_name_servers("# nameserver 10.9.9.9\nsearch example\nnameserver 10.1.2.53\n"
                                    "nameserver fd00::53 # two\nnameserver\nnameserver nobody\n");
  REQUIRE(read.size() == 2);
  CHECK(read[0].str() == "10.1.2.53");
  CHECK(read[1].str() == "fd00::53");
}

TEST_CASE("words: VMs get what is left of the network", "[nat]") {
  const auto words = words_for(network());
  CHECK(holds(words, "--dhcp-range=10.99.7.2,10.99.7.254,255.255.255.0,1h"));
  CHECK(holds(words, "--dhcp-lease-max=253"));
  CHECK(holds(words, "--dhcp-range=fd12:3456:789a:1::,ra-stateless,ra-names,64,1h"));
  const auto small = words_for({{IpAddress::parse("192.168.5.17").value(), 28}});
  CHECK(holds(small, "--dhcp-range=192.168.5.18,192.168.5.30,255.255.255.240,1h"));
  CHECK(holds(small, "--dhcp-lease-max=13"));
}

TEST_CASE("words: without IPv6 nobody is told of it", "[nat]") {
  for (const std::string& word : words_for({network().gateway4}))
    CHECK_FALSE((has(word, "ra-") || word == "--enable-ra"));
}

TEST_CASE("words: ours are those of this bridge in this network namespace", "[nat]") {
  const nat::ServedBridge here{bridge(), k_namespace};
  const auto words = words_for(network());
  CHECK(nat::is_ours(words, here));
  CHECK(nat::is_ours(words_for({network().gateway4}), here)); // whatever the network
  CHECK_FALSE(nat::is_ours(words, {bridge(), k_namespace + 1}));
  CHECK_FALSE(nat::is_ours(words, {IfName::parse("ctysbr01").value(), k_namespace}));
  CHECK_FALSE(nat::is_ours(words, {IfName::parse("ctysbr").value(), k_namespace}));
  CHECK_FALSE(nat::is_ours({}, here));
  CHECK_FALSE(nat::is_ours({words.begin() + 1, words.end()}, here));
}

TEST_CASE("words: whose network it is can be read from them", "[nat]") {
  const auto words = words_for(network());
  CHECK(nat::bridge_served_by(words, k_namespace, switch_dir(k_switch)) == bridge());
  CHECK_FALSE(nat::bridge_served_by(words, k_namespace + 1, switch_dir(k_switch)));
  CHECK_FALSE(nat::bridge_served_by(words, k_namespace, switch_dir(k_switch + "2")));
  CHECK_FALSE(nat::bridge_served_by(words, k_namespace, switch_dir("/var/tmp/a switch")));
  CHECK_FALSE(nat::bridge_served_by({"--interface=ctysbr0"}, k_namespace, switch_dir(k_switch)));
  CHECK_FALSE(nat::bridge_served_by({}, k_namespace, switch_dir(k_switch)));
  for (const std::string& word : words) // a comma would end a tag
    CHECK((word.find(',') == std::string::npos || word.starts_with("--dhcp-")));
}

TEST_CASE("words: of a process that says more than anybody reads, the beginning is taken", "[nat]") {
  constexpr std::size_t most = 256UL * 1024;
  const std::string much(100'000, 'x');
  const lab::Running talkative{{"sh", "-c", "read none", much, much, much}};
  std::vector<std::string> words;
  REQUIRE(lab::eventually([&] { return (words = process::command_line_of(talkative.pid())).size() == 6; }));
  CHECK(words[2] == "read none");
  CHECK(words[4] == much);
  std::size_t size = 0;
  for (const std::string& word : words)
    size += word.size() + 1;
  CHECK(size == most + 1);
}
