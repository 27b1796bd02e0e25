#include "managers/manager_files.hpp"

namespace vdeup::managers {

const char* directory_of(NicManager::Kind manager) {
  return manager == NicManager::Kind::networkd ? "/run/systemd/network" : "/run/NetworkManager/conf.d";
}

Result<std::vector<ConfigFile>> files_of(NicManager::Kind manager, const std::vector<IfName>& devices) {
  return manager == NicManager::Kind::networkd ? networkd_unmanaged(devices)
                                               : network_manager_unmanaged(devices);
}

} // namespace vdeup::managers
