#pragma once

#include "network/ensure.hpp"
#include "plan/uplink_choice.hpp"

#include <optional>
#include <string>

namespace vdeup::network {

/// Settle how a network that has to be made or mended is to reach the outside: as the request says, as the
/// switch was made for, or as far up the ladder as the caller's rights and the host let it. There is a reason
/// only in the last case. Errors: refused for forwards where there is no user-mode NAT.
[[nodiscard]] Result<plan::UplinkChoice> settle_uplink(const World& world, const plan::Request& request,
                                                       const Network& observed);

/// Say which uplink was chosen and why, if one had to be chosen.
void explain_uplink(const Ensured& done, const Log& log);

/// Make a network without a TAP exist, or only plan it, as ensure() does. Errors: as ensure(); refused for a
/// port of the host that somebody has, before anything is changed.
[[nodiscard]] Result<Ensured> ensure_tapless(const World& world, const plan::Request& request,
                                             UplinkKind kind, bool dry_run, const OnPlan& on_plan);

} // namespace vdeup::network
