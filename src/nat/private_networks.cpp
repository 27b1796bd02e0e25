#include "nat/private_networks.hpp"

#include "kernel/forwarding.hpp"
#include "kernel/ip_networks.hpp"
#include "kernel/links.hpp"
#include "kernel/nat_obstacles.hpp"
#include "kernel/nat_table.hpp"
#include "kernel/private_network.hpp"
#include "kernel/udp_sockets.hpp"
#include "nat/dnsmasq.hpp"
#include "nat/name_servers.hpp"

#include <algorithm>
#include <iterator>

namespace vdeup::nat {
namespace {

struct Execute {
  kernel::Netlink& netlink;

  Result<> operator()(const AddPrivateNetwork& step) const {
    return kernel::add_private_network(netlink, step);
  }
  Result<> operator()(const RemovePrivateNetwork& step) const {
    return kernel::remove_private_network(netlink, step);
  }
  Result<> operator()(const StartDnsmasq& step) const { return start_dnsmasq(step); }
  Result<> operator()(const StopDnsmasq& step) const { return stop_dnsmasq(step); }
};

} // namespace

Result<kernel::Netlink*> PrivateNetworks::netlink() {
  if (!m_netlink) {
    TRY(auto opened, kernel::Netlink::open());
    m_netlink.emplace(std::move(opened));
  }
  return &*m_netlink;
}

Result<Nat> PrivateNetworks::inspect(const IfName& bridge, const NatMark& mark) {
  TRY(auto* const socket, netlink());
  TRY(auto link, kernel::find_link(*socket, bridge));
  Nat seen;
  if (!link)
    return seen;
  TRY(seen.network, kernel::read_private_network(*socket, link->index));
  TRY(seen.has_rules, kernel::has_rules(bridge, mark));
  if (!seen.network)
    return seen;
  seen.forwards =
      kernel::forwards_packets(false) && (!seen.network->gateway6 || kernel::forwards_packets(true));
  seen.is_served = kernel::is_served(seen.network->gateway4.address, mark.owner);
  return seen;
}

Result<std::vector<IfName>> PrivateNetworks::remains(const NatMark& mark) {
  TRY(auto served, list_served(mark));
  auto tables = kernel::list_nat_tables();
  if (!tables && tables.error().kind == ErrorKind::not_permitted)
    return served;
  TRY(auto found, std::move(tables));
  std::vector<IfName> bridges;
  for (const kernel::NatTable& table : found) {
    auto bridge = kernel::bridge_of(table);
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

Result<std::vector<IpPrefix>> PrivateNetworks::used_networks() {
  TRY(auto* const socket, netlink());
  TRY(auto used, kernel::used_networks(*socket));
  TRY(auto servers, kernel::list_gateways(*socket));
  for (const IpAddress& resolver : list_name_servers())
    servers.push_back(resolver);
  for (const IpAddress& server : servers)
    used.push_back(single(server));
  return used;
}

bool PrivateNetworks::has_ip6() {
  return kernel::has_ip6();
}

Result<std::vector<NatObstacle>> PrivateNetworks::obstacles(const IfName& bridge) {
  TRY(auto* const socket, netlink());
  return kernel::nat_obstacles(*socket, bridge);
}

Result<> PrivateNetworks::execute(const NatStep& step) {
  TRY(auto* const socket, netlink());
  return std::visit(Execute{*socket}, step);
}

} // namespace vdeup::nat
