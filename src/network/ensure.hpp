#pragma once

#include "model/step.hpp"
#include "network/situation.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::network {

/// Something that keeps a network from the outside.
struct Warning {
  std::string text;
  Hints hints{};
};

/// The network of a request, made sure of.
struct Ensured {
  Network network;             ///< as observed at the end
  Plan plan;                   ///< what was done, or with a dry run would be done; empty: it was all there
  std::string bridge_reason{}; ///< why this bridge; empty if none had to be chosen
  std::string uplink_reason{}; ///< which uplink, and why; empty if none had to be chosen
  std::vector<Warning> warnings{}; ///< about a private network that was made or repaired
};

/// A request compared with the host: the steps that are needed, and what they lead to. Nothing is changed
/// yet.
struct Draft {
  Goal goal{};
  Situation situation{};
  Network desired{};
  Plan stale{}; ///< removes parts of an old private network; comes first, without undo
  Plan plan{};
  std::string uplink_reason{};

  /// What carrying it out would come to.
  [[nodiscard]] Ensured rehearsed() const;
};

/// Called with a plan before it is carried out. Its error stops that.
using OnPlan = std::function<Result<>(const Plan&)>;

struct EnsureOptions {
  bool bridge_alone = false; ///< all that a VM with a TAP of its own needs
  bool dry_run = false;
  OnPlan on_plan{};
  std::optional<Switch> vde_switch{}; ///< as observed under the lock already
  std::optional<Draft> draft{};       ///< made under the lock already
};

/// Observe and plan. The switch is observed first: if the network is as requested, nothing else is.
/// Errors: those of observing and planning; refused for a port of the host that somebody else has.
[[nodiscard]] Result<Draft> make_draft(const World& world, const plan::Request& request,
                                       const EnsureOptions& options = {});

/// Make the network of a request exist, or only plan it. The caller holds the lock of the switch.
///
/// When somebody else changes the host between planning and doing, it is observed and planned again, twenty
/// times at most: as many as may choose at the same time.
/// Errors: those of planning and carrying out; then everything is as it was before.
[[nodiscard]] Result<Ensured> ensure(const World& world, const plan::Request& request,
                                     EnsureOptions options = {});

/// Name in an error about a privilege the command that has it, unless the error has a hint.
[[nodiscard]] Error with_privilege_hint(Error error, const plan::Request& request);

} // namespace vdeup::network
