#pragma once

#include "network/ensure.hpp"
#include "plan/uplink_choice.hpp"

namespace vdeup::network {

/// Choose the uplink of a network that has to be made or repaired: the one of the request, else the one that
/// the switch was made for, else the best that the caller's privileges and the host permit. There is a reason
/// only in the last case. Errors: refused for forwards without user-mode NAT.
[[nodiscard]] Result<plan::UplinkChoice> settle_uplink(const World& world, const plan::Request& request,
                                                       const Network& observed, const engine::Survey& survey);

/// Say which uplink was chosen and why, if one had to be chosen, and what keeps it from the outside.
void explain_uplink(const Ensured& done, const Log& log);

} // namespace vdeup::network
