#include "broker/manager_files.hpp"

namespace vdeup::broker {

const char* directory_of(NicManager::Kind manager) {
  return manager == NicManager::Kind::networkd ? "/run/systemd/network" : "/run/NetworkManager/conf.d";
}

Result<std::vector<plan::ConfigFile>> files_of(NicManager::Kind manager, const std::vector<IfName>& devices) {
  return manager == NicManager::Kind::networkd ? plan::networkd_unmanaged(devices)
                                               : plan::network_manager_unmanaged(devices);
}

} // namespace vdeup::broker
