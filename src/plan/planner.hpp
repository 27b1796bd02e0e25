#pragma once

#include "model/step.hpp"
#include "plan/request.hpp"

#include <vector>

namespace vdeup::plan {

/// Compute the steps that lead from the observed to the desired network. Pure: the same input gives the same
/// plan, and a network that is as desired gives an empty one.
///
/// Errors: refused where going on would cut somebody off (attached VMs, a TAP that works elsewhere) and the
/// request does not say `force`.
[[nodiscard]] Result<Plan> make_plan(const Request& request, const Network& desired, const Network& observed);

/// The forwards of a plan that nobody has yet, so that their ports of the host have to be free.
[[nodiscard]] std::vector<Forward> new_forwards(const Plan& plan, const Network& observed);

} // namespace vdeup::plan
