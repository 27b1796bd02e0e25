#include "network/path_observer.hpp"

#include "firewall/nat_obstacles.hpp"
#include "firewall/packet_filters.hpp"
#include "kernel/bridge_watch.hpp"
#include "kernel/interface_addresses.hpp"
#include "kernel/links.hpp"
#include "kernel/sysctl.hpp"
#include "kernel/wifi.hpp"

namespace vdeup::network {
namespace {

bool is_on(const std::string& name) {
  return kernel::read_sysctl(name).value_or(0) != 0;
}

/// The bridge's own setting is added to the sysctl, and both are nothing without br_netfilter.
bool filters_bridged(const std::string& name, bool bridge_asks_for_it) {
  const auto all = kernel::read_sysctl(name);
  return all && (*all != 0 || bridge_asks_for_it);
}

} // namespace

Result<std::unique_ptr<PathObserver>> PathObserver::open() {
  TRY(auto netlink, kernel::Netlink::open());
  return std::make_unique<PathObserver>(std::move(netlink));
}

Result<HostFacts> PathObserver::facts(const IfName& bridge) {
  TRY(auto link, find_link(m_netlink, bridge));
  kernel::BridgeCalls calls;
  HostFacts facts;
  if (link) {
    TRY(auto found, find_bridge_calls(m_netlink, link->index));
    calls = found.value_or(kernel::BridgeCalls{});
    TRY(facts.bridge_addresses, list_usable_addresses(m_netlink, {link->index, bridge}));
  }
  facts.filters_bridged_ip4 = filters_bridged("bridge/bridge-nf-call-iptables", calls.iptables);
  facts.filters_bridged_ip6 = filters_bridged("bridge/bridge-nf-call-ip6tables", calls.ip6tables);
  facts.forwards_ip4 = is_on("ipv4/ip_forward");
  facts.forwards_ip6 = is_on("ipv6/conf/all/forwarding");
  facts.datagram_queue = static_cast<std::uint32_t>(kernel::read_sysctl("unix/max_dgram_qlen").value_or(0));
  TRY(facts.wifi_stations, kernel::list_wifi_stations());
  auto ruleset = firewall::read_ruleset();
  if (!ruleset && ruleset.error().kind() == ErrorKind::not_permitted)
    return facts;
  TRY(auto rules, std::move(ruleset));
  TRY(auto found, firewall::evaluate(rules, firewall::bridged_frames(bridge.str(), link ? link->index : 0)));
  facts.forward_filters = std::move(found.forward);
  facts.masquerades = found.masquerades;
  if (link && NatMark::parse(link->alias)) {
    TRY(facts.nat_obstacles, firewall::nat_obstacles(m_netlink, rules, bridge));
  }
  return facts;
}

Result<std::unique_ptr<engine::BridgeWatch>> PathObserver::watch(const IfName& bridge) {
  TRY(auto link, find_link(m_netlink, bridge));
  if (!link || !link->is_bridge())
    return fail(Error{
        ErrorKind::missing, "cannot watch what a bridge learns", "there is no bridge " + bridge.str(), {}});
  TRY(auto watch, kernel::KernelBridgeWatch::open(link->index));
  return std::unique_ptr<engine::BridgeWatch>{std::move(watch)};
}

} // namespace vdeup::network
