#pragma once

#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "guard/observe.hpp"
#include "model/reach_target.hpp"
#include "plan/handover.hpp"
#include "plan/nic_choice.hpp"
#include "transaction/transaction.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::cli {

/// A NIC's move, thought through: that it may be made, how, and what is to prove it.
struct ProposedMove {
  NicMove move;
  Plan plan;
  std::vector<ReachTarget> proof;
  std::vector<std::string> notes{};      ///< for people
  std::string reason{};                  ///< why this NIC
  plan::Handover managers{};             ///< what they are told because of it
  std::vector<ManagerStep> at_the_end{}; ///< and when it is kept
  bool is_a_retreat = false;             ///< back from a move that led to nothing: nobody has to confirm it
  std::optional<NicSnapshot> had{};      ///< what is on the destination already, if it is there

  /// The interface that the NIC's addresses are on when it has been made.
  [[nodiscard]] const IfName& destination() const;
};

/// A NIC that could go into a new bridge, with all that has to be known of it before.
struct SeenNic {
  plan::NicChoice choice;
  plan::NicSurvey survey;
  NicSnapshot nic;
  guard::Stakes stakes;
};

/// Moves NICs into bridges and back, for the commands that do.
class NicMoves {
 public:
  [[nodiscard]] static Result<NicMoves> open(const Context& context, const Wiring& wiring);

  /// Choose the NIC for the new bridge of a request (plan::choose_nic) and look at it. Nothing if none was
  /// asked for and this host has no NIC that could be moved.
  [[nodiscard]] Result<std::optional<SeenNic>> see(const plan::Request& request,
                                                   const std::vector<Link>& links) const;

  /// Think a move into a new bridge through. Nothing if a request does not want one, or if none was asked for
  /// and this host has no NIC that could be.
  /// Errors: refused, with what speaks against it; those of looking.
  [[nodiscard]] Result<std::optional<ProposedMove>> propose_in(const plan::Request& request,
                                                               const Situation& situation) const;

  /// The same for a NIC that is in a bridge of ours. `leaving` are ports that will be gone by then.
  [[nodiscard]] Result<ProposedMove> propose_out(const Bridge& bridge, const IfName& nic,
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
  [[nodiscard]] Result<std::optional<transaction::Record>> last() const;
  /// Forget it: it cannot be taken back any more.
  void forget_last() const;

 private:
  NicMoves(const Context& context, const Wiring& wiring, transaction::MoveHosts hosts)
      : m_context(context), m_wiring(wiring), m_hosts(std::move(hosts)) {}

  /// What managers were told when this NIC was moved into this bridge, taken back.
  [[nodiscard]] Result<std::vector<ManagerStep>> untell(const IfName& nic, const IfName& bridge) const;
  [[nodiscard]] Result<NicSnapshot> snapshot(const IfName& name) const;
  [[nodiscard]] Result<NicSnapshot> settled_snapshot(const IfName& name) const;
  /// Check that an interface has still what was seen, and nothing else. Errors: conflict.
  [[nodiscard]] Result<> check_still_there(const NicSnapshot& seen) const;
  /// Leave out of the proof who does not answer now: his silence later would say nothing.
  [[nodiscard]] Result<std::vector<ReachTarget>> those_who_answer(const ProposedMove& proposed) const;

  const Context& m_context;
  const Wiring& m_wiring;
  transaction::MoveHosts m_hosts;
  std::optional<transaction::RecordStore> m_store{}; ///< locked, from settle() on
};

/// Do at the beginning of a command that changes something what NicMoves::settle() does, where there is
/// something to do; a look at one directory where there is not. Only root can.
[[nodiscard]] Result<> settle_moves(const Context& context, const Wiring& wiring);

/// Say for a command that only looks that a move was cut off, if one was and nobody is at it. Only root sees
/// it.
void mention_open_move(const Log& log);

/// The NIC that `cancel --bridge` gives back: the one port that is left of a bridge of ours and has its
/// address. Nothing if there is none, or another one.
[[nodiscard]] std::optional<IfName> nic_of(const Bridge& bridge, const std::vector<Link>& links,
                                           const std::vector<std::string>& leaving);

} // namespace vdeup::cli
