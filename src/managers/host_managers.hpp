#pragma once

#include "engine/manager_host.hpp"
#include "managers/bridge_configuration.hpp"
#include "managers/runtime_files.hpp"

#include <chrono>

namespace vdeup::managers {

/// The network managers of this host, told by files in /run and over the system bus.
///
/// Opens nothing before it is needed. Each step takes at most `patience` if the bus does not answer.
class HostManagers final : public engine::ManagerHost {
 public:
  explicit HostManagers(std::chrono::milliseconds patience = std::chrono::seconds{10})
      : m_patience(patience) {}

  [[nodiscard]] Result<std::vector<NicManager::Kind>> running() override;
  [[nodiscard]] Result<> execute(const ManagerStep& step) override;

 private:
  [[nodiscard]] Result<> unmanage(const Unmanage& step);
  [[nodiscard]] Result<> manage(const Manage& step);
  [[nodiscard]] Result<> disconnect_nic(const DisconnectNic& step);
  [[nodiscard]] Result<> connect_nic(const ConnectNic& step);
  [[nodiscard]] Result<> tell_to_leave(const Unmanage& step);
  void roll_back(NicManager::Kind manager, const std::vector<ConfigFile>& added);
  [[nodiscard]] Result<> put(const std::vector<ConfigFile>& files, std::vector<ConfigFile>& added);
  [[nodiscard]] Result<> remove(const std::vector<ConfigFile>& files);

  std::chrono::milliseconds m_patience;
  RuntimeFiles m_files{};
};

} // namespace vdeup::managers
