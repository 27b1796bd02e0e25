#pragma once

#include "model/nic_move.hpp"
#include "model/step.hpp"

namespace vdeup::nicmove {

// Move a NIC into a bridge without losing a connection. Theory of operation: move_plan.cpp.

/// Plan to create `bridge`, which must not exist, add `nic` to it, and give the bridge all that the NIC has.
/// Every step has an undo; undoing them in reverse order loses no connection either.
///
/// Pure. The caller has checked the permission and locks memory while the plan is applied.
/// Errors: refused if the NIC is a port already, is a bridge, or has routes that use next hop objects;
/// conflict while the kernel still looks for duplicates of an address.
[[nodiscard]] Result<Plan> plan_move_in(const NicSnapshot& nic, const IfName& bridge);

/// Plan to give all that the bridge has to the NIC that is its only port, and to delete the bridge. Includes
/// what has changed on the bridge (a new lease, another route).
///
/// Pure. The caller has checked that the bridge has the mark of vdeup.
/// Errors: as above; refused if the NIC is not, or not the only, port of the bridge.
[[nodiscard]] Result<Plan> plan_move_out(const NicSnapshot& bridge, const NicSnapshot& nic);

/// The moves of these plans, for the record that is written before the first step.
[[nodiscard]] NicMove move_in_of(const NicSnapshot& nic, const IfName& bridge);
[[nodiscard]] NicMove move_out_of(const NicSnapshot& bridge, const NicSnapshot& nic);

/// What a rollback observes first.
struct RollbackFacts {
  bool bridge_exists = false;
  std::uint64_t now = 0; ///< seconds since boot (CLOCK_BOOTTIME), to age lifetimes
  /// The present addresses of the source: the NIC after a move in, else the bridge.
  std::vector<InterfaceAddress> addresses{};
};

/// Plan the way from any point of a move, or of its undo, back to where it began. Keeps what is there
/// already. Each step is useful if others fail (execute_all() in nicmove/rollback.hpp).
[[nodiscard]] std::vector<LinkStep> plan_rollback(const NicMove& move, const RollbackFacts& facts);

} // namespace vdeup::nicmove
