#pragma once

#include "model/link.hpp"
#include "model/nic_manager.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::managers {

/// Find who manages an interface. Each answer stands on what the program itself has written to /run, on a
/// running process, or on a configuration that applies now; nothing is concluded from what is installed.
/// Nothing at all: nobody manages it.
[[nodiscard]] std::vector<NicManager> find_managers(const FileTree& tree,
                                                    const process::ProcessTable& processes, const Link& nic);

/// The same for this host as it is now.
[[nodiscard]] std::vector<NicManager> find_managers(const Link& nic);

} // namespace vdeup::managers
