#include "managers/persist_choice.hpp"

#include <algorithm>

namespace vdeup::managers {
namespace {

// rtnetlink(7), linux/rtnetlink.h
constexpr std::uint32_t k_main_table = 254;
constexpr std::uint8_t k_by_router = 9;    // RTPROT_RA
constexpr std::uint8_t k_by_dhcp = 16;     // RTPROT_DHCP
constexpr std::uint8_t k_global_scope = 0; // RT_SCOPE_UNIVERSE

bool is_leased(const InterfaceAddress& address) {
  return address.valid != k_forever;
}

bool is_netplan(const NicManager& manager) {
  return manager.configuration.find("-netplan-") != std::string::npos;
}

} // namespace

BridgeConfiguration describe_bridge(const NicSnapshot& nic, const IfName& bridge,
                                    const std::vector<NicManager>& managers) {
  BridgeConfiguration configuration{.bridge = bridge, .nic = nic.name, .mac = nic.mac, .mtu = nic.mtu};
  configuration.dhcp4 = std::any_of(managers.begin(), managers.end(),
                                    [](const NicManager& manager) { return manager.is_dynamic; });
  configuration.router_advertisements = false;
  for (const InterfaceAddress& address : nic.addresses) {
    const bool is_ip6 = address.local.address.is_ip6();
    if (is_leased(address))
      (is_ip6 ? configuration.router_advertisements : configuration.dhcp4) = true;
    else if (address.scope == k_global_scope)
      configuration.addresses.push_back(address.local.str());
  }
  for (const Route& route : nic.routes) {
    configuration.router_advertisements |= route.protocol == k_by_router;
    const bool is_set = route.protocol != k_by_router && route.protocol != k_by_dhcp;
    if (route.table != k_main_table || route.destination.length != 0 || !is_set)
      continue;
    for (const NextHop& hop : route.next_hops)
      if (hop.gateway)
        configuration.gateways.push_back(*hop.gateway);
  }
  return configuration;
}

Result<Persistence> persist(const BridgeConfiguration& bridge, const std::vector<NicManager>& managers) {
  for (const NicManager& manager : managers) {
    if (manager.hold == NicManager::Hold::leaves)
      continue;
    if (manager.kind == NicManager::Kind::network_manager) {
      TRY(auto files, network_manager_files(bridge));
      return Persistence{"NetworkManager", std::move(files), "nmcli connection reload"};
    }
    if (manager.kind == NicManager::Kind::ifupdown) {
      TRY(auto files, ifupdown_files(bridge));
      return Persistence{"ifupdown", std::move(files), "ifup " + bridge.bridge.str()};
    }
    if (manager.kind == NicManager::Kind::networkd && is_netplan(manager)) {
      TRY(auto files, netplan_files(bridge));
      return Persistence{"netplan", std::move(files), "netplan try"};
    }
  }
  TRY(auto files, networkd_files(bridge));
  return Persistence{"systemd-networkd", std::move(files), "networkctl reload"};
}

} // namespace vdeup::managers
