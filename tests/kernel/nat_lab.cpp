#include "kernel/nat_lab.hpp"

#include "kernel/links.hpp"
#include "kernel/path_lab.hpp"
#include "nat/nat_steps.hpp"
#include "nat/nat_table.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>

namespace nat_lab {
namespace {

using namespace lab;
using path_lab::must;
using namespace vdeup;

void require_done(const Result<>& done) {
  INFO((done ? "" : done.error().message()));
  REQUIRE(done);
}

} // namespace

Result<> try_to_add(const AddPrivateNetwork& step) {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  return nat::add_private_network(netlink.value(), step);
}

Result<> try_to_remove(const RemovePrivateNetwork& step) {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  return nat::remove_private_network(netlink.value(), step);
}

void add(const AddPrivateNetwork& step) {
  require_done(try_to_add(step));
}

void remove(const RemovePrivateNetwork& step) {
  require_done(try_to_remove(step));
}

std::optional<PrivateNetwork> seen(const std::string& bridge) {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  auto link = kernel::find_link(netlink.value(), name_of(bridge));
  REQUIRE(link);
  REQUIRE(link.value());
  auto network = nat::read_private_network(netlink.value(), link.value()->index);
  REQUIRE(network);
  return network.value();
}

bool has_rules(const std::string& bridge) {
  const auto answer = nat::has_rules(name_of(bridge), mark_of(bridge));
  REQUIRE(answer);
  REQUIRE(answer.value());
  return *answer.value();
}

NatMark mark_of(const std::string& bridge) {
  return {.owner = k_alice.uid,
          .switch_dir = SocketPath::directory("/var/tmp/vde_switch0." + bridge).value()};
}

PrivateBridge::PrivateBridge(std::string name) : m_name(std::move(name)) {
  must("ip link add " + m_name + " type bridge");
  REQUIRE(run({"ip", "link", "set", m_name, "up", "alias", mark_of(m_name).text()}).status == 0);
  settle();
}

PrivateBridge::~PrivateBridge() {
  (void)try_to_remove(removing(m_name));
  (void)run({"ip", "link", "delete", m_name});
}

IpPrefix prefix_of(const std::string& address, std::uint8_t length) {
  return {IpAddress::parse(address).value(), length};
}

AddPrivateNetwork adding(const std::string& bridge, int number, bool with_ip6) {
  AddPrivateNetwork step{.bridge = name_of(bridge),
                         .network = {.gateway4 = prefix_of(fmt::format("10.{}.5.1", number), 24)},
                         .mark = mark_of(bridge)};
  if (with_ip6)
    step.network.gateway6 = prefix_of(fmt::format("fd{}::1", number), 64);
  return step;
}

RemovePrivateNetwork removing(const std::string& bridge) {
  return {.bridge = name_of(bridge), .mark = mark_of(bridge)};
}

std::string whole_state() {
  const auto values = run({"sh", "-c", "cd /proc/sys/net && grep -r . ipv4 ipv6 2>/dev/null | sort"});
  return snapshot() + must("nft list ruleset") + values.out;
}

std::string changes_of_state(const std::string& before) {
  return difference(before, whole_state());
}

std::string value_of(const std::string& key) {
  std::string value = must("cat /proc/sys/net/" + key);
  value.pop_back();
  return value;
}

std::string table_of(const std::string& bridge) {
  return must("nft list table inet vdeup_" + bridge);
}

Vm::Vm(const std::string& bridge, int number) : m_port(fmt::format("vm{}", number)) {
  ip(fmt::format("link add {} type veth peer name lan netns {}", m_port, m_where.pid()));
  ip(fmt::format("link set {} master {} up", m_port, bridge));
  m_where.ip("link set lan up");
  m_where.ip(fmt::format("address add 10.{}.5.9/24 dev lan", number));
  m_where.ip(fmt::format("address add fd{}::9/64 dev lan nodad", number));
  m_where.ip(fmt::format("route add default via 10.{}.5.1", number));
  m_where.ip(fmt::format("-6 route add default via fd{}::1", number));
  settle();
}

Vm::~Vm() {
  (void)run({"ip", "link", "delete", m_port});
}

bool Vm::reaches(const std::string& address) const {
  return nat_lab::reaches(m_where, address);
}

bool reaches(const NetworkNamespace& from, const std::string& address) {
  return run({"nsenter", "--net=/proc/" + std::to_string(from.pid()) + "/ns/net", "busybox", "ping", "-c",
              "2", "-W", "1", address})
             .status == 0;
}

} // namespace nat_lab
