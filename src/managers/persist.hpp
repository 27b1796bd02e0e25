#pragma once

#include "model/ip_address.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::managers {

/// A bridge over a NIC as a configuration has it.
struct BridgeConfiguration {
  IfName bridge;
  IfName nic;
  MacAddress mac; ///< the NIC's, which the bridge takes over
  std::uint32_t mtu = 1500;
  bool dhcp4 = false;
  bool router_advertisements = true;    ///< IPv6 addresses and routes as routers tell them
  std::vector<std::string> addresses{}; ///< `192.0.2.10/24`
  std::vector<IpAddress> gateways{};
  std::vector<IpAddress> name_servers{};
};

/// A file for somebody else to put in its place. Nothing here writes one.
struct ConfigFile {
  std::string path;
  std::string text;
};

// The configuration that makes a bridge over a NIC permanent, in the language of each tool. Pure.
// Errors: refused for a name that would be syntax in such a file.

[[nodiscard]] Result<std::vector<ConfigFile>> networkd_files(const BridgeConfiguration& bridge);
[[nodiscard]] Result<std::vector<ConfigFile>> netplan_files(const BridgeConfiguration& bridge);
[[nodiscard]] Result<std::vector<ConfigFile>> ifupdown_files(const BridgeConfiguration& bridge);
[[nodiscard]] Result<std::vector<ConfigFile>> network_manager_files(const BridgeConfiguration& bridge);

// What keeps a manager from taking our own devices, until the next boot: one file a device, so that each
// comes and goes by itself.

/// For /run/systemd/network: systemd-networkd leaves these devices alone.
[[nodiscard]] Result<std::vector<ConfigFile>> networkd_unmanaged(const std::vector<IfName>& devices);
/// For /run/NetworkManager/conf.d: NetworkManager does.
[[nodiscard]] Result<std::vector<ConfigFile>> network_manager_unmanaged(const std::vector<IfName>& devices);

} // namespace vdeup::managers
