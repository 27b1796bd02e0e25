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
struct Order {
  NicMove move;
  Plan plan;                                     ///< of plan::make_nic_move_plan() or make_give_back_plan()
  managers::Handover managers{};                 ///< what managers are told, and no longer if it is undone
  std::vector<ManagerStep> at_the_end{};         ///< what they are told when it is kept
  std::chrono::seconds timeout{10};              ///< until it has to be proven
  std::optional<std::chrono::seconds> confirm{}; ///< and until its user has to confirm it
};

/// What a transaction asks of others.
struct Callbacks {
  /// Prove that the host is as reachable as before, until the deadline. Its failure undoes the move.
  std::function<Result<>(const Deadline&)> prove;
  /// Tell the user that his confirmation is waited for.
  std::function<void(std::chrono::seconds)> on_wait;
  /// Told what a manager would not hear at the end, when the move is kept.
  std::function<void(const Error&)> on_complaint = [](const Error&) {};
  /// Told of the watchdog, for tests that end it.
  std::function<void(pid_t)> on_watchdog{};
};

/// Move a NIC into a bridge or out of it so that however it ends, the host is as it was or as it is to be.
///
/// The way back is written down first; then a watchdog is started, which has to be told to keep the move;
/// then the plan is carried out and proven. When a step or the proof fails, all is undone, and if this fails
/// as well, the watchdog tries it by other means. The store is locked by the caller, and no move is left open
/// in it. `hosts` are not those of the watchdog. Errors: the first that made the move fail, with what is left
/// to be done in the hint, if anything is.
[[nodiscard]] Result<> run(const RecordStore& store, const Order& order, const MoveHosts& hosts,
                           const OpenHosts& open_hosts, engine::Journal& journal, const Callbacks& callbacks);

/// Take back a move that was left open by a process and its watchdog that are both gone. The store is locked.
/// Returns the record of what was taken back; nothing if nothing was open.
/// Errors: failed, naming what is not as it was; the record stays, and another call goes on.
[[nodiscard]] Result<std::optional<Record>> finish(const RecordStore& store, const MoveHosts& hosts);

} // namespace vdeup::nicmove
