#pragma once

#include "managers/bridge_configuration.hpp"
#include "managers/bus.hpp"
#include "model/link.hpp"
#include "process/process_table.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

// systemd-networkd: how it is found and told, and its files.

/// Find it, if it runs and knows this interface.
[[nodiscard]] std::vector<NicManager> find_networkd(const FileTree& tree,
                                                    const process::ProcessTable& processes, const Link& nic);

/// systemd-networkd, under the unique name that it has on the bus at present.
class Networkd {
 public:
  static constexpr const char* k_name = "org.freedesktop.network1";
  /// A file that it writes when it starts, and leaves behind.
  static constexpr const char* k_trace = "/run/systemd/netif/state";

  Networkd(Bus& bus, std::string unique_name);

  /// Have it read its files: it sets up anew what they now say otherwise of.
  [[nodiscard]] Result<> reload();
  /// Wait until it has understood that it is to leave these devices; those that do not exist are none.
  [[nodiscard]] Result<> wait_until_it_leaves(const std::vector<IfName>& devices);

 private:
  Bus& m_bus;
  BusObject m_manager;
};

/// The files that make a bridge over a NIC permanent. Pure. Errors: refused for a name that would be syntax.
[[nodiscard]] Result<std::vector<ConfigFile>> networkd_files(const BridgeConfiguration& bridge);

} // namespace vdeup::managers
