#pragma once

#include "nicmove/move_service.hpp"

#include <functional>
#include <optional>

namespace vdeup::nicmove {

/// Decides whether the requester may undo or confirm a move. Errors: why not.
using Authorize = std::function<Result<>(const NicMove&)>;

/// Keep the move that waits for confirmation. Errors: missing if none waits; failed if it is being rolled
/// back.
[[nodiscard]] Result<> confirm_move(const Authorize& authorize);

/// Roll back the move that waits for confirmation or was interrupted, and wait until that is done. False if
/// there is none: then propose_undo() gives the move that undoes the last one.
/// Errors: timed_out while another call moves a NIC; those of the rollback.
[[nodiscard]] Result<bool> roll_back_open_move(MoveService& moves, const Authorize& authorize);

/// Propose the move that undoes the last one that was kept.
/// Errors: missing if none is on record; refused if the result of that move has changed since, unless the
/// options have force.
[[nodiscard]] Result<ProposedMove> propose_undo(const MoveService& moves, const Authorize& authorize);

} // namespace vdeup::nicmove
