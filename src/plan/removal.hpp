#pragma once

#include "model/step.hpp"

#include <string>
#include <vector>

namespace vdeup::plan {

/// What there is of a private network of the scope: its bridge, or what is left where that is gone.
struct PrivateRemains {
  IfName bridge;
  bool has_bridge = true;
  std::vector<std::string> ports{};
};

struct Removal {
  bool force = false;  ///< also with VMs attached, also a switch that does not answer
  bool bridge = false; ///< also the bridge, if it is ours and nothing else uses it
};

/// Compute the steps that remove the switch, its TAPs and its private network, in the order that keeps the
/// switch from spinning on a TAP that is gone (vde-facts fact 5). `taps` are all that bear the mark of this
/// scope, `remains` all private networks that do.
///
/// Errors: refused while VMs are attached or the switch does not answer, unless `force`; refused for a bridge
/// that is to go and has ports that are not ours.
[[nodiscard]] Result<Plan> make_removal_plan(const Scope& scope, const Removal& removal,
                                             const Network& observed, const std::vector<Tap>& taps,
                                             const std::vector<PrivateRemains>& remains = {});

} // namespace vdeup::plan
