#pragma once

#include "model/step.hpp"
#include "plan/request.hpp"

#include <string>
#include <vector>

namespace vdeup::plan {

/// Compute the steps that remove the old switch: stop its processes, remove stale sockets. The undo starts a
/// sound switch again; a broken one has none.
/// Errors: refused if that would disconnect VMs, unless the request says `force`.
[[nodiscard]] Result<Plan> clear_old_switch(const Request& request, const Network& observed);

/// Name the first few VMs at a switch for an error.
[[nodiscard]] std::string name_clients(const std::vector<std::string>& clients);

inline constexpr std::string_view k_force_hint = "repeat with -f to go on all the same";

} // namespace vdeup::plan
