#pragma once

#include "nicmove/nic_moves.hpp"

#include <functional>
#include <optional>

namespace vdeup::nicmove {

/// Say whether a move may be taken back, or confirmed. Errors: why not.
using Permit = std::function<Result<>(const NicMove&)>;

/// Keep the move that waits for its confirmation. Errors: missing if none waits; failed if it is being taken
/// back.
[[nodiscard]] Result<> confirm_waiting_move(const Permit& permit);

/// Take back the move that waits for its confirmation, or was cut off, and wait until that is done. False if
/// there is none: then the last one is to be taken back by a move of its own. Errors: timed_out while another
/// call moves a NIC; those of taking back.
[[nodiscard]] Result<bool> take_open_move_back(NicMoves& moves, const Permit& permit);

/// Think the way back from the last move that was kept through. Errors: missing if none is on record; refused
/// if what it has made has changed since, unless the terms have force.
[[nodiscard]] Result<ProposedMove> propose_back(const NicMoves& moves, const Permit& permit);

} // namespace vdeup::nicmove
