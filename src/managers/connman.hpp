#pragma once

#include "model/link.hpp"
#include "model/nic_manager.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::managers {

/// Find connman, if it runs.
[[nodiscard]] std::vector<NicManager> find_connman(const FileTree& tree,
                                                   const process::ProcessTable& processes, const Link& nic);

} // namespace vdeup::managers
