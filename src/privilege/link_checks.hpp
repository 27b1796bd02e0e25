#pragma once

#include "kernel/netlink.hpp"
#include "kernel/step_checks.hpp"
#include "privilege/policy_check.hpp"

#include <memory>

namespace vdeup::privilege {

/// True for a TAP that vdeup created for this user.
[[nodiscard]] bool is_own_tap(const Link& link, uid_t uid);

/// The helper's checks of steps and of TAPs for VMs. The comment at each check argues why the step is then
/// safe. Errors: refused, naming the line of the policy or the device; else the kernel's.
[[nodiscard]] std::shared_ptr<kernel::StepChecks> link_checks(kernel::Netlink netlink,
                                                              std::shared_ptr<const AccessRules> rules);

} // namespace vdeup::privilege
