#pragma once

#include "model/step.hpp"
#include "network/world.hpp"
#include "plan/request.hpp"

#include <functional>
#include <optional>
#include <string>

namespace vdeup::network {

/// The network of a request, made sure of.
struct Ensured {
  Network network;           ///< as it was seen at the end
  Plan plan;                 ///< what was done, or with a dry run would be done; empty: it was all there
  std::string bridge_reason; ///< why this bridge; empty where none had to be chosen
  std::string uplink_reason; ///< which uplink, and why; empty where none had to be chosen
  std::vector<std::string> warnings; ///< what keeps a network that was made or mended from the outside
};

/// Name in an error about a privilege the command that has it, unless it says something better.
[[nodiscard]] Error with_privilege_hint(Error error, const plan::Request& request);

/// Make the network of a request exist, or only plan it. The caller holds the lock of the switch.
///
/// A functional network is left alone, at the price of one look at the switch and two at the kernel. When
/// somebody else changes the host between planning and doing, it is looked at and planned again.
/// Errors: those of planning and carrying out; then everything is as it was before.
/// `on_plan` is told of a plan before it is carried out, and can stop it.
using OnPlan = std::function<Result<>(const Plan&)>;
[[nodiscard]] Result<Ensured> ensure(const World& world, const plan::Request& request, bool dry_run,
                                     const OnPlan& on_plan = {});

/// The same for the bridge alone.
[[nodiscard]] Result<Ensured> ensure_bridge(const World& world, const plan::Request& request, bool dry_run,
                                            const OnPlan& on_plan = {});

/// Look, plan and do again for as long as others change the host in between, twenty times at most: as many as
/// there may be who choose at the same time.
[[nodiscard]] Result<Ensured> until_settled(const std::function<Result<Ensured>()>& attempt);

/// True if a network that is seen needs nothing to be done for a request.
[[nodiscard]] bool is_as_requested(const Network& network, const plan::Request& request);

/// Look at everything as a plan needs it: the survey, with the bridge that the request comes to.
struct Situation {
  engine::Survey survey;
  plan::BridgeChoice choice;
};
[[nodiscard]] Result<Situation> look(const World& world, const plan::Request& request);

} // namespace vdeup::network
