#pragma once

#include "engine/journal.hpp"
#include "managers/handover.hpp"
#include "model/step.hpp"
#include "nicmove/hosts.hpp"
#include "nicmove/record_store.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::nicmove {

/// A move to be made.
struct Transaction {
  NicMove move;
  Plan plan;                                     ///< of plan_move_in() or plan_move_out()
  managers::Handover handover{};                 ///< what managers are told; its inverse on rollback
  std::vector<ManagerStep> when_kept{};          ///< what managers are told when the move is kept
  std::chrono::seconds timeout{10};              ///< for the proof
  std::optional<std::chrono::seconds> confirm{}; ///< for the user's confirmation; none: not needed
};

struct Callbacks {
  /// Prove until the deadline that the host is as reachable as before. A failure rolls the move back.
  std::function<Result<>(const Deadline&)> prove;
  /// Called when the move waits for its confirmation.
  std::function<void(std::chrono::seconds)> on_wait;
  /// Called when a manager fails a step of `when_kept` or of the rollback.
  std::function<void(const Error&)> on_manager_failure = [](const Error&) {};
  /// Called with the process of the watchdog, for tests that kill it.
  std::function<void(pid_t)> on_watchdog{};
};

/// Move a NIC into a bridge or out of it, or leave the host as it was.
///
/// Writes the record, starts a watchdog that rolls back unless it is told to keep the move, executes the plan
/// and proves it. If a step or the proof fails, the plan is undone; if that fails too, the watchdog rolls
/// back from what it finds. The caller has locked the store and there is no open record. The watchdog opens
/// hosts of its own. Errors: the first one; its hint says what is left to do.
[[nodiscard]] Result<> run_transaction(const RecordStore& store, const Transaction& transaction,
                                       const MoveHosts& hosts, const OpenHosts& open_hosts,
                                       engine::Journal& journal, const Callbacks& callbacks);

/// Roll back a move whose process and watchdog are gone. The caller has locked the store. Returns its record;
/// nothing if there is none.
/// Errors: failed with what differs; the record stays for the next attempt.
[[nodiscard]] Result<std::optional<Record>> roll_back_interrupted(const RecordStore& store,
                                                                  const MoveHosts& hosts);

} // namespace vdeup::nicmove
