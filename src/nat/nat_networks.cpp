#include "nat/nat_networks.hpp"

#include "firewall/nat_obstacles.hpp"
#include "kernel/links.hpp"
#include "nat/dnsmasq.hpp"
#include "nat/forwarding.hpp"
#include "nat/ip_networks.hpp"
#include "nat/name_servers.hpp"
#include "nat/nat_steps.hpp"
#include "nat/nat_table.hpp"
#include "nat/udp_sockets.hpp"

#include <algorithm>
#include <iterator>

namespace vdeup::nat {
namespace {

struct Execute {
  kernel::Netlink& netlink;

  Result<> operator()(const AddPrivateNetwork& step) const { return add_private_network(netlink, step); }
  Result<> operator()(const RemovePrivateNetwork& step) const {
    return remove_private_network(netlink, step);
  }
  Result<> operator()(const StartDnsmasq& step) const { return start_dnsmasq(step); }
  Result<> operator()(const StopDnsmasq& step) const { return stop_dnsmasq(step); }
};

} // namespace

Result<kernel::Netlink*> NatNetworks::netlink() {
  if (!m_netlink) {
    TRY(auto opened, kernel::Netlink::open());
    m_netlink.emplace(std::move(opened));
  }
  return &*m_netlink;
}

Result<Nat> NatNetworks::inspect(const IfName& bridge, const NatMark& mark) {
  TRY(auto* const socket, netlink());
  TRY(auto link, kernel::find_link(*socket, bridge));
  Nat seen;
  if (!link)
    return seen;
  TRY(seen.network, read_private_network(*socket, link->index));
  TRY(seen.has_rules, has_rules(bridge, mark));
  if (!seen.network)
    return seen;
  seen.forwards = forwards_packets(false) && (!seen.network->gateway6 || forwards_packets(true));
  seen.is_served = is_served(seen.network->gateway4.address, mark.owner);
  return seen;
}

Result<std::vector<IfName>> NatNetworks::remains(const NatMark& mark) {
  TRY(auto served, list_served(mark));
  auto tables = list_nat_tables();
  if (!tables && tables.error().kind() == ErrorKind::not_permitted)
    return served;
  TRY(auto found, std::move(tables));
  std::vector<IfName> bridges;
  for (const NatTable& table : found) {
    auto bridge = bridge_of(table);
    if (!bridge)
      continue; // no table of ours has such a name
    if (table.mark == mark)
      bridges.push_back(std::move(bridge).value());
    else // whoever serves it for this switch: the rules are another's
      served.erase(std::remove(served.begin(), served.end(), bridge.value()), served.end());
  }
  bridges.insert(bridges.end(), std::make_move_iterator(served.begin()),
                 std::make_move_iterator(served.end()));
  return bridges;
}

Result<std::vector<IpPrefix>> NatNetworks::used_networks() {
  TRY(auto* const socket, netlink());
  TRY(auto used, nat::used_networks(*socket));
  TRY(auto servers, list_gateways(*socket));
  for (const IpAddress& resolver : list_name_servers())
    servers.push_back(resolver);
  for (const IpAddress& server : servers)
    used.push_back(single(server));
  return used;
}

bool NatNetworks::has_ip6() {
  return nat::has_ip6();
}

Result<std::vector<NatObstacle>> NatNetworks::obstacles(const IfName& bridge) {
  TRY(auto* const socket, netlink());
  TRY(const auto ruleset, firewall::read_ruleset());
  return firewall::nat_obstacles(*socket, ruleset, bridge);
}

Result<> NatNetworks::execute(const NatStep& step) {
  TRY(auto* const socket, netlink());
  return std::visit(Execute{*socket}, step);
}

} // namespace vdeup::nat
