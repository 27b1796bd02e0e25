#pragma once

#include "model/network_session.hpp"
#include "model/nic.hpp"
#include "model/nic_move.hpp"
#include "model/reach_target.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

/// Say whose answers prove that what an interface has still leads to others: the gateways of its default
/// routes, or of all if it has none of these; the peers of logins that are on its own networks; and those
/// that its user names. One of these without a port is asked on the cable if it is on a network of the
/// interface, else by ICMP echo. Pure; empty if there is nobody to ask.
[[nodiscard]] std::vector<ReachTarget> proof_targets(const NicSnapshot& source,
                                                     const std::vector<NetworkSession>& sessions,
                                                     std::vector<ReachTarget> asked);

/// Check that after a move the interface that it led to has what the other one had. `had` is what it was
/// before, if it was there: what somebody gave a NIC while it was a port is left on it. Pure.
/// Errors: conflict, naming the differences.
[[nodiscard]] Result<> verify_nic_move(const NicMove& move, const std::optional<NicSnapshot>& had,
                                       const NicSnapshot& destination);

} // namespace vdeup::nicmove
