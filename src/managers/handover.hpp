#pragma once

#include "model/manager_step.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

// What network managers are told when vdeup creates devices and moves a NIC. Theory of operation:
// handover.cpp.

/// What managers are told before and after the move of a NIC into a bridge. When the NIC has been restored,
/// they are told `inverse(all())`.
struct Handover {
  std::vector<ManagerStep> before{};
  std::vector<ManagerStep> after{};

  [[nodiscard]] std::vector<ManagerStep> all() const;
};

/// The steps that make each running manager leave new devices alone, before they are created. Their inverse()
/// follows when the devices are deleted. Pure.
/// Errors: refused for a name that would be syntax in a manager's file.
[[nodiscard]] Result<std::vector<ManagerStep>> unmanage_steps(const std::vector<NicManager::Kind>& running,
                                                              const std::vector<IfName>& devices);

/// What the running managers must be told so that `nic` can move into a new `bridge`. `managers` are those of
/// the NIC. Pure. Errors: as unmanage_steps().
[[nodiscard]] Result<Handover> plan_handover(const std::vector<NicManager::Kind>& running,
                                             const std::vector<NicManager>& managers, const IfName& nic,
                                             const IfName& bridge);

/// True if a manager lets a NIC be moved when it is told of it as plan_handover() says: nobody needs to
/// insist.
[[nodiscard]] bool can_hand_over(const NicManager& manager);

} // namespace vdeup::managers
