#pragma once

#include "managers/handover.hpp"
#include "model/move_options.hpp"
#include "nicmove/observe_nic.hpp"
#include "nicmove/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::nicmove {

/// A permitted move of a NIC, with its steps and its proof.
struct ProposedMove {
  NicMove move;
  Plan plan;
  std::vector<ReachTarget> proof;
  std::vector<std::string> notes{};     ///< for people
  std::string reason{};                 ///< why this NIC
  managers::Handover handover{};        ///< what managers are told before and after the move
  std::vector<ManagerStep> when_kept{}; ///< what they are told when the move is kept
  bool is_rollback = false;             ///< of a move for a network that failed: needs no confirmation
  std::optional<NicSnapshot> destination_before{}; ///< if it exists already

  /// The interface that gets the addresses.
  [[nodiscard]] const IfName& destination() const;
};

/// How long a call waits for another one that moves a NIC.
inline constexpr std::chrono::seconds k_lock_patience{30};

/// Moves NICs into bridges and out of them, in a process of root. Others may propose moves, for a dry run.
class MoveService {
 public:
  [[nodiscard]] static Result<MoveService> open(Requester requester, MoveOptions options);

  /// Choose the NIC for a new bridge, as find_nic(), and observe nothing more of it.
  /// Errors: conflict if it is a port of a bridge already.
  [[nodiscard]] Result<std::optional<NicChoice>> choose(const IfName& bridge,
                                                        const std::optional<IfName>& wanted) const;
  /// Choose and observe it, as observe_nic().
  [[nodiscard]] Result<std::optional<ObservedNic>> observe(const std::optional<IfName>& wanted) const;

  /// Propose to move a NIC into a new bridge. Nothing if no NIC was named and this host has no NIC that can
  /// be moved. Errors: refused with all objections; lookup failures.
  [[nodiscard]] Result<std::optional<ProposedMove>> propose_in(const IfName& bridge,
                                                               const std::optional<IfName>& wanted) const;

  /// Propose to move the NIC out of a bridge of vdeup. `leaving` are ports that will be deleted before.
  [[nodiscard]] Result<ProposedMove> propose_out(const IfName& bridge, const IfName& nic,
                                                 const std::vector<std::string>& leaving) const;

  /// Make the move as a transaction (nicmove/transaction.hpp), after recover().
  /// Errors: conflict if something was recovered or the source has changed since the proposal; those of the
  /// transaction. Then the move is rolled back, or the hint says what differs.
  [[nodiscard]] Result<> make(const ProposedMove& proposed);

  /// Roll back a move whose process and watchdog were killed, and report one that a watchdog has rolled back.
  /// Locks the records for the life of this object. Takes root. Returns whether a move was rolled back now.
  /// Errors: timed_out while another call moves a NIC; those of the rollback.
  [[nodiscard]] Result<bool> recover(std::chrono::milliseconds patience = k_lock_patience);

  /// The last move that was kept.
  [[nodiscard]] Result<std::optional<Record>> last_kept() const;
  /// Delete its record: it cannot be undone any more.
  void forget_last_kept() const;

  [[nodiscard]] const Requester& requester() const { return m_requester; }
  [[nodiscard]] const MoveOptions& options() const { return m_options; }
  [[nodiscard]] engine::LinkHost& links() const { return *m_hosts.links; }

 private:
  MoveService(Requester requester, MoveOptions options, MoveHosts hosts)
      : m_requester(std::move(requester)), m_options(std::move(options)), m_hosts(std::move(hosts)) {}

  [[nodiscard]] Result<ProposedMove> plan_in(const ObservedNic& observed, const IfName& bridge) const;
  /// Check the permission; adds the notes and what managers are told.
  [[nodiscard]] Result<> permit(const ObservedNic& observed, ProposedMove& proposed) const;
  /// The inverse of what managers were told when this NIC was moved into this bridge.
  [[nodiscard]] Result<std::vector<ManagerStep>> inverse_handover(const IfName& nic,
                                                                  const IfName& bridge) const;
  /// The link of an interface that has not become a port since it was observed. Errors: conflict.
  [[nodiscard]] Result<Link> find_source(const NicSnapshot& observed) const;
  /// Check that an interface is as it was observed. Errors: conflict.
  [[nodiscard]] Result<> check_unchanged(const NicSnapshot& observed) const;
  /// The targets that answer before the move: silence of the others would prove nothing.
  [[nodiscard]] Result<std::vector<ReachTarget>> find_responders(const Link& source,
                                                                 std::vector<ReachTarget> targets) const;
  [[nodiscard]] Result<> prove(const ProposedMove& proposed, const std::vector<ReachTarget>& targets,
                               const Deadline& deadline) const;

  Requester m_requester;
  MoveOptions m_options;
  MoveHosts m_hosts;
  std::optional<RecordStore> m_store{}; ///< locked, from recover() on
};

/// MoveService::recover(), for the start of a command that changes something. Reads one directory if there is
/// nothing to do. Takes root; does nothing otherwise.
[[nodiscard]] Result<> recover_moves(Requester requester);

/// The move that was interrupted and that no process continues. Only root sees it.
[[nodiscard]] std::optional<NicMove> find_interrupted_move();

} // namespace vdeup::nicmove
