#pragma once

#include "managers/bridge_configuration.hpp"
#include "managers/bus.hpp"
#include "model/link.hpp"
#include "model/manager_step.hpp"
#include "process/process_table.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

// NetworkManager: how it is found and told, its files and its commands.

/// Find it, if it runs.
[[nodiscard]] std::vector<NicManager>
find_network_manager(const FileTree& tree, const process::ProcessTable& processes, const Link& nic);

/// NetworkManager, under the unique name that it has on the bus at present.
class NetworkManager {
 public:
  static constexpr const char* k_name = "org.freedesktop.NetworkManager";
  /// A directory that it makes when it starts, and leaves behind.
  static constexpr const char* k_trace = "/run/NetworkManager/devices";

  NetworkManager(Bus& bus, std::string unique_name);

  /// Have it read its configuration, and nothing else.
  [[nodiscard]] Result<> reload();
  /// Returns when it has let go.
  [[nodiscard]] Result<> disconnect_nic(const IfName& nic);
  /// Returns when the connection is up. Without one, or where it cannot come up, NetworkManager decides.
  [[nodiscard]] Result<> connect_nic(const ConnectNic& step);

 private:
  [[nodiscard]] Result<BusObject> find_device(const IfName& nic);
  [[nodiscard]] Result<> activate(const BusObject& device, const std::string& connection);
  [[nodiscard]] Result<> set_managed(const BusObject& device, bool is_managed);
  [[nodiscard]] Result<> wait_for(const BusObject& device,
                                  const std::function<bool(std::uint32_t)>& is_wanted);

  Bus& m_bus;
  BusObject m_manager;
};

/// The files that make a bridge over a NIC permanent. Pure. Errors: refused for a name that would be syntax.
[[nodiscard]] Result<std::vector<ConfigFile>> network_manager_files(const BridgeConfiguration& bridge);

/// The commands that make the bridge permanent, quoted for a shell, one per line. Pure.
[[nodiscard]] std::vector<std::string> nmcli_commands(const BridgeConfiguration& bridge);

} // namespace vdeup::managers
