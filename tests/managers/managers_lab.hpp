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

/// A change of the kernel that has to work.
void require_done(const vdeup::Result<>& done);

/// Wait until the manager has set up eth0.
void wait_for_default_route();

/// A move of eth0, which somebody manages, into ctysbr0.
class ManagedMove {
 public:
  /// Tell the managers, put it in, and tell them again.
  void go_in();
  /// Take it out, and tell the managers the inverse.
  void go_out();
  /// It is a port with nothing of its own, and ctysbr0 has what it had.
  void check_is_moved() const;
  /// It has what it had at first.
  void check_is_back() const;

  lab::Mover mover{};
  vdeup::NicSnapshot before = mover.look("eth0");
  vdeup::managers::HostManagers managers{};
  vdeup::managers::Handover told = handover(managers);
};

/// Run `vdeup create`, which has to take eth0 and say that it has told its manager.
void create_by_command(const std::string& manager);
/// Run `vdeup cancel --bridge`, which has to leave no file behind.
void cancel_by_command();

} // namespace managers_lab
