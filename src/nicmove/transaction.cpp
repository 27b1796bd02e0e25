#include "nicmove/transaction.hpp"

#include "engine/apply.hpp"
#include "engine/no_nats.hpp"
#include "nicmove/nic_move.hpp"
#include "nicmove/take_back.hpp"
#include "nicmove/watchdog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdeup::nicmove {
namespace {

/// How much longer than the mover itself the watchdog waits before it takes it for stuck.
constexpr std::chrono::seconds k_grace{5};

/// A move has nothing to do with switches.
class NoSwitches final : public engine::SwitchHost {
 public:
  Result<Switch> inspect(const Scope& /*scope*/) override { return Switch{}; }
  Result<std::optional<pid_t>> find_orphan(const Scope& /*scope*/) override { return std::optional<pid_t>{}; }
  Result<> check_host_ports(const Scope& /*scope*/, const std::vector<Forward>& /*forwards*/) override {
    return ok();
  }
  Result<> execute(const SwitchStep& /*step*/) override { return ok(); }
};

Result<NicSnapshot> present_snapshot(const MoveHosts& hosts, const IfName& name) {
  TRY(auto seen, hosts.nics->snapshot(name));
  if (!seen)
    return fail(Error{ErrorKind::conflict, "cannot look at " + name.str(), "the interface is gone", {}});
  return *std::move(seen);
}

/// The way back from where a move came to, as it is now.
Result<NicMove> describe_back(const MoveHosts& hosts, const NicMove& move) {
  TRY(auto nic, present_snapshot(hosts, move.nic));
  if (move.direction == NicMove::Direction::out)
    return describe_nic_move(nic, move.bridge);
  TRY(auto bridge, present_snapshot(hosts, move.bridge));
  return describe_give_back(bridge, nic);
}

Result<Watchdog> start_watchdog(const RecordStore& store, const Order& order,
                                const std::vector<ManagerStep>& told, const OpenHosts& open_hosts) {
  Watch watch{.store = store,
              .move = order.move,
              .told = told,
              .open_hosts = open_hosts,
              .guard = order.timeout + k_grace};
  if (order.confirm) {
    TRY(watch.confirmations, store.listen());
  }
  return Watchdog::start(std::move(watch));
}

/// Those who manage the NIC have to hear of its move, or they would undo it.
Result<> tell_or_fail(const MoveHosts& hosts, const std::vector<ManagerStep>& steps) {
  auto complaints = tell(hosts, steps);
  if (complaints.empty())
    return ok();
  return fail(std::move(complaints.front()));
}

Result<> prove_and_keep(const RecordStore& store, const Order& order, const MoveHosts& hosts,
                        const Callbacks& callbacks, Watchdog& watchdog, const Deadline& deadline) {
  TRY(callbacks.prove(deadline));
  TRY(tell_or_fail(hosts, order.managers.after));
  TRY(auto back, describe_back(hosts, order.move));
  TRY(store.write({store.place(), order.move, order.managers.all(), std::move(back)}));
  auto kept =
      order.confirm ? watchdog.wait_for_confirmation(*order.confirm, callbacks.on_wait) : watchdog.keep();
  // It may have died after the deed and before the word: the name of the file decides.
  if (!kept && store.has(RecordStore::Kind::kept) && !store.has(RecordStore::Kind::open))
    return ok();
  return kept;
}

Error with_state(Error error, const RecordStore& store, bool is_taken_back) {
  if (is_taken_back)
    error.add_hint("the watchdog has brought back what was left: all is as it was before");
  else
    error.add_hint(
        fmt::format("not all is as it was; the record {} is kept, and `vdeup undo` goes on with it",
                    store.path(RecordStore::Kind::open)));
  return error;
}

} // namespace

std::vector<Error> tell(const MoveHosts& hosts, const std::vector<ManagerStep>& steps) {
  std::vector<Error> complaints;
  for (const ManagerStep& step : steps)
    if (hosts.managers)
      if (auto told = hosts.managers->execute(step); !told)
        complaints.push_back(std::move(told).error());
  return complaints;
}

Result<> run(const RecordStore& store, const Order& order, const MoveHosts& hosts,
             const OpenHosts& open_hosts, engine::Journal& journal, const Callbacks& callbacks) {
  const Deadline deadline = Deadline::after(order.timeout);
  const std::vector<ManagerStep> told = order.managers.all();
  TRY(store.write({store.place(), order.move, told}));
  auto started = start_watchdog(store, order, told, open_hosts);
  if (!started) {
    store.remove(RecordStore::Kind::open);
    return fail(std::move(started).error());
  }
  Watchdog watchdog = std::move(started).value();
  if (callbacks.on_watchdog)
    callbacks.on_watchdog(watchdog.pid());
  NoSwitches switches;
  engine::NoNats nats;
  auto outcome = tell_or_fail(hosts, order.managers.before);
  if (outcome)
    outcome = engine::apply(
        order.plan, {*hosts.links, switches, nats}, journal,
        [&] { return prove_and_keep(store, order, hosts, callbacks, watchdog, deadline); },
        [&] { return check_nic_is_there(hosts, order.move); });
  if (outcome) {
    for (const Error& complaint : tell(hosts, order.at_the_end))
      callbacks.on_complaint(complaint);
    return ok();
  }
  if (!journal.left_behind().empty()) {
    const bool is_taken_back = watchdog.hand_over();
    store.remove(RecordStore::Kind::undone); // its user is being told now
    return fail(with_state(std::move(outcome).error(), store, is_taken_back));
  }
  for (const Error& complaint : tell(hosts, inverse(told)))
    callbacks.on_complaint(complaint);
  store.remove(RecordStore::Kind::open);
  store.remove_confirm_socket();
  watchdog.dismiss();
  return outcome;
}

Result<std::optional<Record>> finish(const RecordStore& store, const MoveHosts& hosts) {
  TRY(auto record, store.read(RecordStore::Kind::open));
  if (!record)
    return record;
  const auto failures = take_back(hosts, record->move);
  if (!failures.empty())
    return fail(
        Error{ErrorKind::failed, fmt::format("cannot bring {} back to where it was", record->move.nic.str()),
              fmt::format("{}", fmt::join(failures, "; ")),
              fmt::format("the record is kept; mend what this names and repeat it, or `rm {}` to leave "
                          "all as it is",
                          store.path(RecordStore::Kind::open))});
  (void)tell(hosts, inverse(record->told)); // whoever does not hear it now takes the NIC at his next start
  store.remove(RecordStore::Kind::open);
  store.remove_confirm_socket();
  return record;
}

} // namespace vdeup::nicmove
