#pragma once

#include "model/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::plan {

/// A private network of the scope: its bridge, or what is left if that is gone.
struct FoundNat {
  IfName bridge;
  bool has_bridge = true;
  std::vector<std::string> ports{};
};

/// The first port of a bridge that is none of these TAPs of ours: then the bridge serves somebody else, too.
[[nodiscard]] std::optional<std::string> foreign_port(const std::vector<std::string>& ports,
                                                      const std::vector<Tap>& taps);

struct Removal {
  bool force = false;  ///< also with VMs attached, also a switch that does not answer
  bool bridge = false; ///< also the bridge, if it is ours and nothing else uses it
};

/// Compute the steps that remove the switch, its TAPs and its private network. The switch goes first: when
/// its TAP is deleted, vde_switch uses all of a CPU. `taps` and `nats` are all TAPs and private networks
/// with the mark of this scope.
///
/// Errors: refused while VMs are attached or the switch does not answer, unless `force`; refused for a bridge
/// with other ports.
[[nodiscard]] Result<Plan> make_removal_plan(const Scope& scope, const Removal& removal,
                                             const Network& observed, const std::vector<Tap>& taps,
                                             const std::vector<FoundNat>& nats = {});

} // namespace vdeup::plan
