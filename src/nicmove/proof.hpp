#pragma once

#include "model/network_session.hpp"
#include "model/nic.hpp"
#include "model/nic_move.hpp"
#include "model/reach_target.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

/// The targets whose replies prove that the addresses of an interface still work: the gateways of its default
/// routes, or all gateways if there are none; the peers of logins that are on its networks; and `asked`, the
/// targets that the user names (--probe). A target without a port is probed by ARP or neighbour discovery if
/// it is on a network of the interface, else by ICMP echo. Pure.
[[nodiscard]] std::vector<ReachTarget> proof_targets(const NicSnapshot& source,
                                                     const std::vector<NetworkSession>& sessions,
                                                     std::vector<ReachTarget> asked);

/// Check that the destination of a move has what the source had. `had` is the destination before the move, if
/// it existed: addresses that a NIC got while it was a port stay on it. Pure.
/// Errors: conflict, naming the differences.
[[nodiscard]] Result<> verify_nic_move(const NicMove& move, const std::optional<NicSnapshot>& had,
                                       const NicSnapshot& destination);

} // namespace vdeup::nicmove
