#pragma once

#include "cli/wiring.hpp"
#include "engine/observe.hpp"
#include "model/step.hpp"
#include "vde/switch_lock.hpp"

#include <functional>
#include <optional>
#include <string>

namespace vdeup::cli {

/// The network of a request, made sure of.
struct Ensured {
  Network network;           ///< as it was seen at the end
  Plan plan;                 ///< what was done, or with a dry run would be done; empty: it was all there
  std::string bridge_reason; ///< why this bridge; empty where none had to be chosen
  std::string uplink_reason; ///< which uplink, and why; empty where none had to be chosen
  std::vector<std::string> warnings; ///< what keeps a network that was made or mended from the outside
};

/// How long a command that changes something waits for others.
inline constexpr std::chrono::seconds k_lock_patience{30};

/// Take the lock of a scope's switch, as its owner. Errors: as SwitchLock::acquire.
[[nodiscard]] Result<vde::SwitchLock> lock_switch(const Scope& scope,
                                                  std::chrono::milliseconds patience = k_lock_patience);

/// Share the lock, for a command that only looks; waits two seconds at most, and then looks without it.
[[nodiscard]] std::optional<vde::SwitchLock> share_switch(const Scope& scope);

/// Give the lock back after nothing was made: remove its file if it is new, or protects no switch.
void release_unused(vde::SwitchLock lock, const Scope& scope);

/// Name in an error about a privilege the command that has it, unless it says something better.
[[nodiscard]] Error with_privilege_hint(Error error, const plan::Request& request);

/// Make the network of a request exist, or only plan it. The caller holds the lock of the switch.
///
/// A functional network is left alone, at the price of one look at the switch and two at the kernel. When
/// somebody else changes the host between planning and doing, it is looked at and planned again.
/// Errors: those of planning and carrying out; then everything is as it was before.
/// `on_plan` is told of a plan before it is carried out, and can stop it.
using OnPlan = std::function<Result<>(const Plan&)>;
[[nodiscard]] Result<Ensured> ensure(const Wiring& wiring, const plan::Request& request, bool dry_run,
                                     const OnPlan& on_plan = {});

/// The same for the bridge alone.
[[nodiscard]] Result<Ensured> ensure_bridge(const Wiring& wiring, const plan::Request& request, bool dry_run,
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
[[nodiscard]] Result<Situation> look(const Wiring& wiring, const plan::Request& request);

} // namespace vdeup::cli
