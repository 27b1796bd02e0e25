#include "managers/bridge_configuration.hpp"

#include "base/text.hpp"
#include "managers/ifupdown.hpp"
#include "managers/netplan.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

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

Result<ToolConfiguration> write_configuration(const BridgeConfiguration& bridge,
                                              const std::vector<NicManager>& managers) {
  for (const NicManager& manager : managers) {
    if (manager.hold == NicManager::Hold::leaves)
      continue;
    if (manager.kind == NicManager::Kind::network_manager) {
      TRY(auto files, network_manager_files(bridge));
      return ToolConfiguration{"NetworkManager", std::move(files), "nmcli connection reload"};
    }
    if (manager.kind == NicManager::Kind::ifupdown) {
      TRY(auto files, ifupdown_files(bridge));
      return ToolConfiguration{"ifupdown", std::move(files), "ifup " + bridge.bridge.str()};
    }
    if (manager.kind == NicManager::Kind::networkd && is_netplan(manager)) {
      TRY(auto files, netplan_files(bridge));
      return ToolConfiguration{"netplan", std::move(files), "netplan try"};
    }
  }
  TRY(auto files, networkd_files(bridge));
  return ToolConfiguration{"systemd-networkd", std::move(files), "networkctl reload"};
}

Result<> check_plain(const IfName& name) {
  const std::string_view punctuation = "-_.";
  const auto is_plain = [punctuation](unsigned char c) {
    return std::isalnum(c) != 0 || punctuation.find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::all_of(name.str().begin(), name.str().end(), is_plain))
    return ok();
  return fail(Error{ErrorKind::refused,
                    fmt::format("cannot write a configuration for {}", printable(name.str())),
                    "its name has characters that mean something else there",
                    "give it another name: `ip link set NAME name NEW`"});
}

Result<> check_plain_names(const BridgeConfiguration& bridge) {
  TRY(check_plain(bridge.bridge));
  return check_plain(bridge.nic);
}

std::vector<std::string> addresses_of(const BridgeConfiguration& bridge, bool is_ip6) {
  std::vector<std::string> found;
  std::copy_if(bridge.addresses.begin(), bridge.addresses.end(), std::back_inserter(found),
               [is_ip6](const std::string& text) { return (text.find(':') != std::string::npos) == is_ip6; });
  return found;
}

std::vector<std::string> texts_of(const std::vector<IpAddress>& addresses, bool is_ip6) {
  std::vector<std::string> found;
  for (const IpAddress& address : addresses)
    if (address.is_ip6() == is_ip6)
      found.push_back(address.str());
  return found;
}

} // namespace vdeup::managers
