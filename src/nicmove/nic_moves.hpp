#pragma once

#include "managers/handover.hpp"
#include "model/move_terms.hpp"
#include "nicmove/look.hpp"
#include "nicmove/record_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::nicmove {

/// A NIC's move, thought through: that it may be made, how, and what is to prove it.
struct ProposedMove {
  NicMove move;
  Plan plan;
  std::vector<ReachTarget> proof;
  std::vector<std::string> notes{};      ///< for people
  std::string reason{};                  ///< why this NIC
  managers::Handover managers{};         ///< what they are told because of it
  std::vector<ManagerStep> at_the_end{}; ///< and when it is kept
  bool is_a_retreat = false;             ///< back from a move that led to nothing: nobody has to confirm it
  std::optional<NicSnapshot> had{};      ///< what is on the destination already, if it is there

  /// The interface that the NIC's addresses are on when it has been made.
  [[nodiscard]] const IfName& destination() const;
};

/// How long a call waits for another one that moves a NIC.
inline constexpr std::chrono::seconds k_lock_patience{30};

/// Moves NICs into bridges and back, for whoever may: in the process that is to do it.
class NicMoves {
 public:
  [[nodiscard]] static Result<NicMoves> open(Asker asker, MoveTerms terms);

  /// Choose the NIC for a new bridge, as see_nic(), for who only wants to know about it.
  [[nodiscard]] Result<std::optional<SeenNic>> see(const std::optional<IfName>& wanted) const;

  /// Think a move into a bridge that is to be made through. Nothing if no NIC was asked for and this host has
  /// none that could be moved. Errors: refused, with what speaks against it; those of looking.
  [[nodiscard]] Result<std::optional<ProposedMove>> propose_in(const IfName& bridge,
                                                               const std::optional<IfName>& wanted) const;

  /// The same for a NIC that is in a bridge of ours. `leaving` are ports that will be gone by then.
  [[nodiscard]] Result<ProposedMove> propose_out(const IfName& bridge, const IfName& nic,
                                                 const std::vector<std::string>& leaving) const;

  /// Make it, in a transaction (transaction/transaction.hpp); settles first.
  /// Errors: conflict if something had to be settled; those of the transaction; then everything is as it was,
  /// or the hint says what is not.
  [[nodiscard]] Result<> make(const ProposedMove& proposed);

  /// Take back a move that was left open when its process and its watchdog were killed, and tell of one that
  /// was taken back by a watchdog. Holds the lock of the records from here on. Only root can.
  /// Returns whether something was taken back now.
  /// Errors: timed_out while another call moves a NIC; those of taking it back.
  [[nodiscard]] Result<bool> settle(std::chrono::milliseconds patience = k_lock_patience);

  /// The last move that was kept.
  [[nodiscard]] Result<std::optional<nicmove::Record>> last() const;
  /// Forget it: it cannot be taken back any more.
  void forget_last() const;

  [[nodiscard]] const Asker& asker() const { return m_asker; }
  [[nodiscard]] const MoveTerms& terms() const { return m_terms; }
  [[nodiscard]] engine::LinkHost& links() const { return *m_hosts.links; }

 private:
  NicMoves(Asker asker, MoveTerms terms, nicmove::MoveHosts hosts)
      : m_asker(std::move(asker)), m_terms(std::move(terms)), m_hosts(std::move(hosts)) {}

  [[nodiscard]] Result<ProposedMove> describe_in(const SeenNic& seen, const IfName& bridge) const;
  /// What speaks against it, or what is to be told of it and to the managers.
  [[nodiscard]] Result<> permit(const SeenNic& seen, ProposedMove& proposed) const;
  /// What managers were told when this NIC was moved into this bridge, taken back.
  [[nodiscard]] Result<std::vector<ManagerStep>> untell(const IfName& nic, const IfName& bridge) const;
  /// Check that an interface has still what was seen, and nothing else. Errors: conflict.
  [[nodiscard]] Result<> check_still_there(const NicSnapshot& seen) const;
  /// Leave out of the proof who does not answer now: his silence later would say nothing.
  [[nodiscard]] Result<std::vector<ReachTarget>> those_who_answer(const ProposedMove& proposed) const;
  [[nodiscard]] Result<> prove(const ProposedMove& proposed, const std::vector<ReachTarget>& targets,
                               const Deadline& deadline) const;

  Asker m_asker;
  MoveTerms m_terms;
  nicmove::MoveHosts m_hosts;
  std::optional<nicmove::RecordStore> m_store{}; ///< locked, from settle() on
};

/// Do at the beginning of a command that changes something what NicMoves::settle() does, where there is
/// something to do; a look at one directory where there is not. Only root can.
[[nodiscard]] Result<> settle_moves(Asker asker);

/// The move that was cut off, if one was and nobody is at it. Only root sees it.
[[nodiscard]] std::optional<NicMove> find_cut_off();

} // namespace vdeup::nicmove
