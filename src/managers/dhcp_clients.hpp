#pragma once

#include "model/link.hpp"
#include "model/nic_manager.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::managers {

/// Find DHCP clients whose command line names this interface, or all.
[[nodiscard]] std::vector<NicManager> find_dhcp_clients(const process::ProcessTable& processes,
                                                        const Link& nic);

} // namespace vdeup::managers
