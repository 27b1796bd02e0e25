#pragma once

#include "base/result.hpp"
#include "model/ip_address.hpp"
#include "model/names.hpp"
#include "model/nic.hpp"
#include "model/nic_manager.hpp"

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

/// A file of a manager.
struct ConfigFile {
  std::string path;
  std::string text;
};

/// A configuration for one tool, and how the tool is told of it.
struct ToolConfiguration {
  std::string tool;
  std::vector<ConfigFile> files;
  std::string command;
};

/// Describe the bridge that gets what a NIC has: leased and advertised addresses as automatic ones, the
/// others as they are. Name servers do not belong to a NIC and are left out. Pure.
[[nodiscard]] BridgeConfiguration describe_bridge(const NicSnapshot& nic, const IfName& bridge,
                                                  const std::vector<NicManager>& managers);

/// Write it for the tool that manages the NIC, or for systemd-networkd. Pure.
/// Errors: refused for a name that would be syntax in such a file.
[[nodiscard]] Result<ToolConfiguration> write_configuration(const BridgeConfiguration& bridge,
                                                            const std::vector<NicManager>& managers);

// For the writers of these files.

/// Refuse a name with characters that are patterns, comments or quotes in one of these languages.
[[nodiscard]] Result<> check_plain(const IfName& name);
[[nodiscard]] Result<> check_plain_names(const BridgeConfiguration& bridge);

/// The addresses of one family, as they are written.
[[nodiscard]] std::vector<std::string> addresses_of(const BridgeConfiguration& bridge, bool is_ip6);
/// Of some addresses, those of one family.
[[nodiscard]] std::vector<std::string> texts_of(const std::vector<IpAddress>& addresses, bool is_ip6);

} // namespace vdeup::managers
