#pragma once

#include "model/manager_step.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

// What the managers of interfaces are told when vdeup makes devices and moves a NIC. Why each thing is told
// when it is: handover.cpp.

/// What managers are told around the move of a NIC into a bridge. The way back is `inverse(all())`, after the
/// NIC has everything again.
struct Handover {
  std::vector<ManagerStep> before{};
  std::vector<ManagerStep> after{};

  [[nodiscard]] std::vector<ManagerStep> all() const;
};

/// Have each manager that runs leave new devices alone: to be told before they are made. The way back is
/// `inverse()`, after they are gone. Pure.
/// Errors: refused for a name that would be syntax in a manager's file.
[[nodiscard]] Result<std::vector<ManagerStep>> unmanage_steps(const std::vector<NicManager::Kind>& running,
                                                              const std::vector<IfName>& devices);

/// Work out what the managers that run have to be told so that `nic` can go into a new `bridge`. `managers`
/// are those of the NIC. Pure. Errors: as unmanage_steps().
[[nodiscard]] Result<Handover> plan_handover(const std::vector<NicManager::Kind>& running,
                                             const std::vector<NicManager>& managers, const IfName& nic,
                                             const IfName& bridge);

/// True if a manager lets a NIC be moved when it is told of it as plan_handover() says: nobody needs to
/// insist.
[[nodiscard]] bool can_hand_over(const NicManager& manager);

} // namespace vdeup::managers
