#pragma once

#include "model/nic_move.hpp"
#include "model/step.hpp"

namespace vdeup::nicmove {

// How a NIC goes into a bridge and nobody loses a connection. Theory of operation: move_plan.cpp.

/// Compute the steps that make `bridge`, which must not exist yet, put `nic` into it, and give the bridge all
/// that the NIC has. Every step has its undo; undone in reverse, they are as gentle as they are forward.
///
/// Pure. The caller has decided that this NIC may go (not Wi-Fi, not another's port, no session at risk) and
/// holds memory locked while the plan is applied.
/// Errors: refused if the NIC is a port already, is a bridge, or has routes that use next hop objects;
/// conflict while the kernel still looks for duplicates of an address.
[[nodiscard]] Result<Plan> plan_move_in(const NicSnapshot& nic, const IfName& bridge);

/// Compute the steps that give all that the bridge has back to the NIC that is its only port, and delete the
/// bridge. What was changed on the bridge meanwhile (a new lease, another route) goes along.
///
/// Pure; the caller has seen the mark of vdeup on the bridge.
/// Errors: as above; refused if the NIC is not, or not the only, port of the bridge.
[[nodiscard]] Result<Plan> plan_move_out(const NicSnapshot& bridge, const NicSnapshot& nic);

/// Describe the moves of these plans for the journal, to be written down before the first step.
[[nodiscard]] NicMove move_in_of(const NicSnapshot& nic, const IfName& bridge);
[[nodiscard]] NicMove move_out_of(const NicSnapshot& bridge, const NicSnapshot& nic);

/// What whoever goes back has to look up.
struct RollbackFacts {
  bool bridge_exists = false;
  std::uint64_t now = 0; ///< seconds since boot (CLOCK_BOOTTIME): lifetimes have gone on
  /// What the interface has now that is to have everything again: the NIC after a move in, else the bridge.
  std::vector<InterfaceAddress> addresses{};
};

/// Compute the steps that lead from any point of a move, and from any undoing of it, back to where it began.
/// What is there already stays; each step can fail without making the others useless (engine/restore.hpp).
[[nodiscard]] std::vector<LinkStep> plan_rollback(const NicMove& move, const RollbackFacts& facts);

} // namespace vdeup::nicmove
