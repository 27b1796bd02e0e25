#include "nicmove/transaction.hpp"

#include "engine/apply.hpp"
#include "engine/no_hosts.hpp"
#include "nicmove/move_plan.hpp"
#include "nicmove/rollback.hpp"
#include "nicmove/watchdog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::nicmove {
namespace {

/// How much longer than the mover the watchdog waits.
constexpr std::chrono::seconds k_grace{5};

/// The move that undoes this one, from what exists now.
Result<NicMove> inverse_move(const MoveHosts& hosts, const NicMove& move) {
  if (move.direction == NicMove::Direction::out) {
    TRY(auto nic, snapshot(hosts, move.nic));
    return move_in_of(nic, move.bridge);
  }
  TRY(auto bridge, snapshot(hosts, move.bridge));
  NicMove undo{NicMove::Direction::out, move.nic, move.bridge, std::move(bridge), move.keep_up};
  if (std::find(undo.keep_up.begin(), undo.keep_up.end(), move.nic) == undo.keep_up.end())
    undo.keep_up.insert(undo.keep_up.begin(), move.nic); // the move has set it up
  return undo;
}

Result<Watchdog> start_watchdog(const RecordStore& store, const Transaction& transaction,
                                const std::vector<ManagerStep>& told, const OpenHosts& open_hosts) {
  WatchdogTask task{.store = store,
                    .move = transaction.move,
                    .told_managers = told,
                    .open_hosts = open_hosts,
                    .timeout = transaction.timeout + k_grace};
  if (transaction.confirm) {
    TRY(task.confirmations, store.listen());
  }
  return Watchdog::start(std::move(task));
}

/// A manager that is not told would undo the move.
Result<> tell_or_fail(const MoveHosts& hosts, const std::vector<ManagerStep>& steps) {
  auto failures = tell_managers(hosts, steps);
  if (failures.empty())
    return ok();
  return fail(std::move(failures.front()));
}

Result<> prove_and_keep(const RecordStore& store, const Transaction& transaction, const MoveHosts& hosts,
                        const Callbacks& callbacks, Watchdog& watchdog, const Deadline& deadline) {
  TRY(callbacks.prove(deadline));
  TRY(tell_or_fail(hosts, transaction.handover.after));
  TRY(auto undo, inverse_move(hosts, transaction.move));
  TRY(store.write({store.network(), transaction.move, transaction.handover.all(), std::move(undo)}));
  auto kept = transaction.confirm ? watchdog.wait_for_confirmation(*transaction.confirm, callbacks.on_wait)
                                  : watchdog.keep();
  // The watchdog may have died between the rename and its message: the name of the file decides.
  if (!kept && store.has(RecordStore::Kind::kept) && !store.has(RecordStore::Kind::open))
    return ok();
  return kept;
}

Error with_state(Error error, const RecordStore& store, bool is_rolled_back) {
  if (is_rolled_back)
    error.add_hint("the watchdog has brought back what was left: all is as it was before");
  else
    error.add_hint(
        fmt::format("not all is as it was; the record {} is kept, and `vdeup undo` goes on with it",
                    store.path(RecordStore::Kind::open)));
  return error;
}

} // namespace

Result<> run_transaction(const RecordStore& store, const Transaction& transaction, const MoveHosts& hosts,
                         const OpenHosts& open_hosts, engine::Journal& journal, const Callbacks& callbacks) {
  const Deadline deadline = Deadline::after(transaction.timeout);
  const std::vector<ManagerStep> told = transaction.handover.all();
  TRY(store.write({store.network(), transaction.move, told}));
  auto started = start_watchdog(store, transaction, told, open_hosts);
  if (!started) {
    store.remove(RecordStore::Kind::open);
    return fail(std::move(started).error());
  }
  Watchdog watchdog = std::move(started).value();
  if (callbacks.on_watchdog)
    callbacks.on_watchdog(watchdog.pid());
  engine::NoSwitches switches;
  engine::NoNats nats;
  auto outcome = tell_or_fail(hosts, transaction.handover.before);
  if (outcome)
    outcome = engine::apply(
        transaction.plan, {*hosts.links, switches, nats}, journal,
        [&] { return prove_and_keep(store, transaction, hosts, callbacks, watchdog, deadline); },
        [&] { return check_nic_exists(hosts, transaction.move); });
  if (outcome) {
    for (const Error& failure : tell_managers(hosts, transaction.when_kept))
      callbacks.on_manager_failure(failure);
    return ok();
  }
  if (!journal.left_behind().empty()) {
    const bool is_rolled_back = watchdog.roll_back();
    store.remove(RecordStore::Kind::rolled_back); // this error reports it
    return fail(with_state(std::move(outcome).error(), store, is_rolled_back));
  }
  for (const Error& failure : tell_managers(hosts, inverse(told)))
    callbacks.on_manager_failure(failure);
  store.remove(RecordStore::Kind::open);
  store.remove_confirm_socket();
  watchdog.dismiss();
  return outcome;
}

Result<std::optional<Record>> roll_back_interrupted(const RecordStore& store, const MoveHosts& hosts) {
  TRY(auto record, store.read(RecordStore::Kind::open));
  if (!record)
    return record;
  const auto failures = roll_back(hosts, record->move);
  if (!failures.empty())
    return fail(
        Error{ErrorKind::failed, fmt::format("cannot bring {} back to where it was", record->move.nic.str()),
              fmt::format("{}", fmt::join(failures, "; ")),
              fmt::format("the record is kept; mend what this names and repeat it, or `rm {}` to leave "
                          "all as it is",
                          store.path(RecordStore::Kind::open))});
  (void)tell_managers(
      hosts,
      inverse(record->told_managers)); // a manager that fails manages the NIC again after its next start
  store.remove(RecordStore::Kind::open);
  store.remove_confirm_socket();
  return record;
}

} // namespace vdeup::nicmove
