#pragma once

#include "managers/bus.hpp"
#include "model/names.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

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

} // namespace vdeup::managers
