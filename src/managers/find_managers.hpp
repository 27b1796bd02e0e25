#pragma once

#include "model/link.hpp"
#include "model/nic_manager.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::managers {

/// Find the programs that manage an interface, by their state files in /run, by running processes and by the
/// configuration in effect. Installed programs do not count. Empty if there is none.
[[nodiscard]] std::vector<NicManager> find_managers(const FileTree& tree,
                                                    const process::ProcessTable& processes, const Link& nic);

/// The same for this host.
[[nodiscard]] std::vector<NicManager> find_managers(const Link& nic);

} // namespace vdeup::managers
