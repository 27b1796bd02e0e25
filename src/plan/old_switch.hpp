#pragma once

#include "model/step.hpp"
#include "plan/request.hpp"

#include <string>
#include <vector>

namespace vdeup::plan {

/// Compute the steps that clear the way for a new switch: what runs is stopped, what is left is swept. What
/// was broken has no undo; a sound switch that is to be another one comes back.
/// Errors: refused where that would cut off VMs, and the request does not say `force`.
[[nodiscard]] Result<Plan> clear_old_switch(const Request& request, const Network& observed);

/// Name the VMs at a switch in an error, but not a hundred of them.
[[nodiscard]] std::string name_clients(const std::vector<std::string>& clients);

inline constexpr std::string_view k_force_hint = "repeat with -f to go on all the same";

} // namespace vdeup::plan
