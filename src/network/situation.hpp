#pragma once

#include "network/world.hpp"
#include "plan/request.hpp"

#include <optional>

namespace vdeup::network {

/// What is to exist: a network with this uplink, or only its bridge.
struct Goal {
  UplinkKind uplink = UplinkKind::bridge;
  bool bridge_alone = false;
};

/// All that a plan depends on: the survey, and the bridge that the request comes to. The survey's bridge is
/// that one. A network without a TAP has no bridge.
struct Situation {
  engine::Survey survey{};
  std::optional<plan::BridgeChoice> choice{};
};

/// Choose the bridge of a goal on a host that was surveyed.
[[nodiscard]] Result<Situation> situate(const World& world, const plan::Request& request, const Goal& goal,
                                        engine::Survey survey);

/// The same after a new survey.
[[nodiscard]] Result<Situation> observe_situation(const World& world, const plan::Request& request,
                                                  const Goal& goal);

} // namespace vdeup::network
