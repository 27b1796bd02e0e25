#pragma once

#include "managers/bus.hpp"
#include "model/manager_step.hpp"

#include <string>

namespace vdeup::managers {

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
  [[nodiscard]] Result<> let_go(const IfName& nic);
  /// Returns when the connection is up. Without one, or where it cannot come up, NetworkManager decides.
  [[nodiscard]] Result<> take_up(const TakeUp& step);

 private:
  [[nodiscard]] Result<BusObject> find_device(const IfName& nic);
  [[nodiscard]] Result<> activate(const BusObject& device, const std::string& connection);
  [[nodiscard]] Result<> set_managed(const BusObject& device, bool is_managed);
  [[nodiscard]] Result<> wait_for(const BusObject& device,
                                  const std::function<bool(std::uint32_t)>& is_wanted);

  Bus& m_bus;
  BusObject m_manager;
};

} // namespace vdeup::managers
