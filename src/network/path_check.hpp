#pragma once

#include "engine/path.hpp"
#include "model/reach_target.hpp"
#include "network/world.hpp"
#include "plan/diagnose.hpp"

#include <optional>
#include <vector>

namespace vdeup::network {

/// What observes a frame's path beside the world.
struct PathHosts {
  engine::KernelPath& kernel;
  engine::SwitchPath& switches;
};

/// The result of observing the whole path from a VM to the outside.
struct PathCheck {
  std::optional<plan::Evidence> evidence{}; ///< none: what is there must not be used, not even to observe it
  plan::Diagnosis diagnosis;
};

/// Observe a network and its surroundings. If it looks sound, send a frame through it and require a reply
/// from each of `probes`.
///
/// What must not be used (a squatted socket) is a finding and not an error.
/// Errors: those of observing; not_permitted if the caller is neither the owner of the switch nor root.
[[nodiscard]] Result<PathCheck> check_path(const World& world, const PathHosts& path,
                                           const plan::Request& request,
                                           const std::vector<ReachTarget>& probes);

} // namespace vdeup::network
