#include "managers/find_managers.hpp"

#include "managers/connman.hpp"
#include "managers/dhcp_clients.hpp"
#include "managers/ifupdown.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"

namespace vdeup::managers {

std::vector<NicManager> find_managers(const FileTree& tree, const process::ProcessTable& processes,
                                      const Link& nic) {
  std::vector<NicManager> all;
  for (auto& found :
       {find_networkd(tree, processes, nic), find_network_manager(tree, processes, nic),
        find_ifupdown(tree, nic), find_dhcp_clients(processes, nic), find_connman(tree, processes, nic)})
    all.insert(all.end(), found.begin(), found.end());
  return all;
}

std::vector<NicManager> find_managers(const Link& nic) {
  const FileTree host;
  return find_managers(host, process::ProcessTable::read(host), nic);
}

} // namespace vdeup::managers
