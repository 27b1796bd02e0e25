#pragma once

#include "dependents/manager_lab.hpp"
#include "managers/handover.hpp"
#include "managers/host_managers.hpp"
#include "nic/nic_lab.hpp"

#include <string>
#include <vector>

// The whole round of a NIC that somebody manages: told, moved, told, and back.
namespace managers_lab {

/// Tell the managers, which has to work.
void tell(vdeup::engine::ManagerHost& managers, const std::vector<vdeup::ManagerStep>& steps);

/// What the managers that run are to be told when eth0 goes into ctysbr0.
vdeup::managers::Handover handover(vdeup::engine::ManagerHost& managers);

/// The files that vdeup has put below /run, one a line.
std::string files_of_ours();

/// Take the carrier away from eth0 at the other end for so long, and give it back.
void lose_carrier(const lab::Neighbourhood& neighbourhood, std::chrono::seconds how_long);

/// eth0 is a port with nothing of its own, and ctysbr0 has what eth0 had.
void check_is_moved(const lab::Mover& mover, const vdeup::NicSnapshot& before);

/// A change of the kernel that has to work.
void require_done(const vdeup::Result<>& done);

/// Wait until the manager has set up eth0.
void wait_for_default_route();

} // namespace managers_lab
