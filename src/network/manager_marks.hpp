#pragma once

#include "base/log.hpp"
#include "model/manager_step.hpp"
#include "model/step.hpp"

#include <vector>

namespace vdeup::network {

/// Have the managers that run leave alone what this plan makes: to be called before it is made. That one of
/// them does not hear is told and no more: it may still leave them alone. Only root can; costs a few
/// microseconds where no manager runs. Returns what the way back is.
std::vector<ManagerStep> mark_new_devices(const Plan& plan, const Log& log);

/// The inverse, for what this plan has deleted.
void unmark_deleted_devices(const Plan& plan, const Log& log);

/// Tell managers these things; what they do not hear is told to the log.
void tell_managers(const std::vector<ManagerStep>& steps, const Log& log);

} // namespace vdeup::network
