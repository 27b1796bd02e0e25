#pragma once

#include "model/nic_move.hpp"
#include "model/step.hpp"

namespace vdeup::nicmove {

/// True unless another host has this address: then it is not moved.
[[nodiscard]] bool is_of_use(const InterfaceAddress& address);

/// Builds the steps of one move, each with its undo. The theory of operation in move_plan.cpp explains their
/// order.
class MoveSteps {
 public:
  /// Keeps references to both. `contents` is what the source has and the destination gets.
  MoveSteps(const NicMove& move, const NicSnapshot& contents) : m_move(move), m_contents(contents) {}

  void make_bridge(bool create);
  void loosen_bridge();
  void settle_bridge();
  void delete_bridge(bool with_undo);

  void add_contents(const IfName& to);
  void switch_routes(const IfName& from, const IfName& to);
  void remove_contents(const IfName& from);

  /// Remove those of the `present` addresses that are not in the order of add_contents(): the order decides
  /// which is primary. For rollbacks; has no undo.
  void remove_misplaced(const IfName& from, const std::vector<InterfaceAddress>& present);

  void begin_detour();
  void end_detour();
  void join();
  void leave();

  /// `before` is the NIC as it was, for the undo; null for steps without undo.
  void quieten_nic(const NicSnapshot* before);
  void settle_nic(const NicSnapshot* before);

  void announce(const IfName& interface);
  void add(LinkStep step, std::optional<LinkStep> undo);

  [[nodiscard]] Plan take_plan() { return std::move(m_plan); }

 private:
  [[nodiscard]] ApplySettings quiet_bridge() const;
  [[nodiscard]] JoinBridge joining() const { return {m_move.nic, m_move.bridge, m_move.keep_up}; }
  [[nodiscard]] Announce announcement(const IfName& interface) const;

  const NicMove& m_move;
  const NicSnapshot& m_contents;
  Plan m_plan{};
};

} // namespace vdeup::nicmove
