#pragma once

#include "guard/processes.hpp"
#include "model/link.hpp"
#include "model/nic_manager.hpp"

#include <vector>

namespace vdeup::guard {

/// Find who manages an interface. Each answer stands on what the program itself has written to /run, on a
/// running process, or on a configuration that applies now; nothing is concluded from what is installed.
/// Nothing at all: nobody manages it.
[[nodiscard]] std::vector<NicManager> find_managers(const Tree& tree, const ProcessTable& processes,
                                                    const Link& nic);

// The parts of it, one for each kind of program.

[[nodiscard]] std::vector<NicManager> find_networkd(const Tree& tree, const ProcessTable& processes,
                                                    const Link& nic);
[[nodiscard]] std::vector<NicManager> find_network_manager(const Tree& tree, const ProcessTable& processes,
                                                           const Link& nic);
[[nodiscard]] std::vector<NicManager> find_ifupdown(const Tree& tree, const Link& nic);
[[nodiscard]] std::vector<NicManager> find_dhcp_clients(const ProcessTable& processes, const Link& nic);
[[nodiscard]] std::vector<NicManager> find_connman(const Tree& tree, const ProcessTable& processes,
                                                   const Link& nic);

} // namespace vdeup::guard
