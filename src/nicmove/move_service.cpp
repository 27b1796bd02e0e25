#include "nicmove/move_service.hpp"

#include "base/signal_hold.hpp"
#include "kernel/memory_lock.hpp"
#include "kernel/reach.hpp"
#include "managers/bridge_configuration.hpp"
#include "model/find_link.hpp"
#include "nicmove/move_plan.hpp"
#include "nicmove/proof.hpp"
#include "nicmove/transaction.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::seconds k_response_patience{2}; // at the targets before the move

bool all(const std::vector<bool>& answered) {
  return std::all_of(answered.begin(), answered.end(), [](bool has) { return has; });
}

Error unproven(const std::vector<ReachTarget>& targets, const std::vector<bool>& answered, std::string what,
               std::string hint) {
  std::vector<std::string> silent;
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (!answered[i])
      silent.push_back(targets[i].str());
  return Error{ErrorKind::timed_out, std::move(what),
               fmt::format("no answer from {}", fmt::join(silent, ", ")), std::move(hint)};
}

Error changed_error(const IfName& name, const std::string& changes) {
  return Error{ErrorKind::conflict, "will not move what " + name.str() + " has",
               "it has changed meanwhile:\n" + changes, "repeat this"};
}

Error is_port_error(const NicChoice& choice, const IfName& bridge) {
  return Error{ErrorKind::conflict, fmt::format("cannot move {} into {}", choice.nic.name, bridge.str()),
               fmt::format("it is a port of {} by now", choice.bridge->str()), "repeat this"};
}

} // namespace

const IfName& ProposedMove::destination() const {
  return move.direction == NicMove::Direction::in ? move.bridge : move.nic;
}

Result<MoveService> MoveService::open(Requester requester, MoveOptions options) {
  TRY(auto hosts, open_hosts());
  return MoveService{std::move(requester), std::move(options), std::move(hosts)};
}

Result<std::vector<ManagerStep>> MoveService::inverse_handover(const IfName& nic,
                                                               const IfName& bridge) const {
  auto kept = last_kept();
  if (!kept && kept.error().kind() != ErrorKind::not_permitted) // only a dry run gets on without it
    return fail(std::move(kept).error());
  const auto& record = kept ? kept.value() : std::nullopt;
  if (record && record->move.nic == nic && record->move.bridge == bridge)
    return inverse(record->told_managers);
  TRY(auto running, m_hosts.managers->running());
  TRY(auto steps, managers::unmanage_steps(running, {bridge}));
  return inverse(steps);
}

Result<std::optional<NicChoice>> MoveService::choose(const IfName& bridge,
                                                     const std::optional<IfName>& wanted) const {
  TRY(auto links, m_hosts.links->links());
  TRY(auto host, observe_host_links(std::move(links)));
  TRY(auto choice, find_nic(wanted, m_options.force, host));
  if (choice && choice->bridge)
    return fail(is_port_error(*choice, bridge));
  return choice;
}

Result<std::optional<ObservedNic>> MoveService::observe(const std::optional<IfName>& wanted) const {
  return observe_nic(m_hosts, m_requester, wanted, m_options.force);
}

Result<ProposedMove> MoveService::plan_in(const ObservedNic& observed, const IfName& bridge) const {
  if (observed.choice.bridge)
    return fail(is_port_error(observed.choice, bridge));
  TRY(auto plan, plan_move_in(observed.nic, bridge));
  const auto sessions = sessions_over(observed.choice.nic, observed.dependents.sessions, observed.host);
  return ProposedMove{.move = move_in_of(observed.nic, bridge),
                      .plan = std::move(plan),
                      .proof = proof_targets(observed.nic, sessions, m_options.probes),
                      .reason = observed.choice.reason};
}

Result<> MoveService::permit(const ObservedNic& observed, ProposedMove& proposed) const {
  const IfName& bridge = proposed.move.bridge;
  TRY(auto needs, dependents_of(observed.nic, bridge, observed.dependents, observed.managers));
  TRY(needs.reachable_managers, m_hosts.managers->running());
  needs.bridge = managers::describe_bridge(observed.nic, bridge, observed.managers);
  TRY(proposed.handover,
      managers::plan_handover(needs.reachable_managers, observed.managers, observed.nic.name, bridge));
  TRY(proposed.notes, check_permission(observed.choice, needs, observed.host, m_options.force));
  return ok();
}

Result<std::optional<ProposedMove>> MoveService::propose_in(const IfName& bridge,
                                                            const std::optional<IfName>& wanted) const {
  TRY(auto observed, observe(wanted));
  if (!observed)
    return std::optional<ProposedMove>{};
  TRY(auto proposed, plan_in(*observed, bridge));
  TRY(permit(*observed, proposed));
  return std::optional{std::move(proposed)};
}

Result<ProposedMove> MoveService::propose_out(const IfName& bridge, const IfName& nic,
                                              const std::vector<std::string>& leaving) const {
  TRY(auto links, m_hosts.links->links());
  const Link* link = find_link(links, bridge.str());
  if (link == nullptr)
    return fail(gone_error(bridge));
  TRY(auto host, observe_host_links(links));
  TRY(auto above, settled_snapshot(m_hosts, bridge));
  TRY(auto below, snapshot(m_hosts, nic));
  std::erase_if(above.ports, [&leaving](const IfName& port) {
    return std::find(leaving.begin(), leaving.end(), port.str()) != leaving.end();
  });
  TRY(auto dependents, dependents::observe_dependents(m_requester.process, m_requester.home));
  const auto sessions = sessions_over(*link, dependents.sessions, host);
  const NicChoice back{.nic = *link, .reason = {}};
  // Without managers: the manager of the NIC gets back what it manages.
  TRY(auto needs, dependents_of(above, nic, std::move(dependents), {}));
  needs.expiring.clear(); // their renewal continues on the NIC
  TRY(auto notes, check_permission(back, needs, host, m_options.force));
  TRY(auto plan, plan_move_out(above, below));
  TRY(auto steps, inverse_handover(nic, bridge));
  return ProposedMove{.move = move_out_of(above, below),
                      .plan = std::move(plan),
                      .proof = proof_targets(above, sessions, m_options.probes),
                      .notes = std::move(notes),
                      .when_kept = std::move(steps),
                      .destination_before = std::move(below)};
}

Result<std::vector<ReachTarget>> MoveService::find_responders(const Link& source,
                                                              std::vector<ReachTarget> targets) const {
  if (!source.is_up || !source.has_carrier) // no connection can be lost, and no target can answer
    return std::vector<ReachTarget>{};
  TRY(auto from, IfName::parse(source.name));
  TRY(auto answered, kernel::reach({source.index, from}, targets, Deadline::after(k_response_patience)));
  if (!all(answered) && !m_options.force) {
    Error error = unproven(targets, answered, fmt::format("will not move what {} has", from.str()),
                           "then nothing would prove that the new way works; mend this, or use -f to go on "
                           "without that proof");
    error.set_yields_to_force(true);
    return fail(std::move(error));
  }
  std::vector<ReachTarget> answering;
  for (std::size_t i = 0; i < answered.size(); ++i)
    if (answered[i])
      answering.push_back(std::move(targets[i]));
    else
      m_requester.inform(
          fmt::format("{} does not answer now, and will not be asked for a proof", targets[i].str()));
  return answering;
}

Result<Link> MoveService::find_source(const NicSnapshot& observed) const {
  TRY(auto link, m_hosts.links->link(observed.name));
  if (!link)
    return fail(gone_error(observed.name));
  if (link->port_kind == "bridge" && !observed.master)
    return fail(changed_error(observed.name, "it is a port of a bridge"));
  return *std::move(link);
}

Result<> MoveService::check_unchanged(const NicSnapshot& observed) const {
  TRY(auto now, snapshot(m_hosts, observed.name));
  std::string changes = differences(observed, now);
  if (changes.empty())
    return ok();
  changes.pop_back(); // the end of its last line
  return fail(changed_error(observed.name, changes));
}

Result<> MoveService::prove(const ProposedMove& proposed, const std::vector<ReachTarget>& targets,
                            const Deadline& deadline) const {
  TRY(auto after, snapshot(m_hosts, proposed.destination()));
  TRY(verify_nic_move(proposed.move, proposed.destination_before, after));
  const auto is_wanted = [this] {
    return SignalHold::arrived() == 0 && m_requester.check_connected().has_value();
  };
  TRY(auto answered, kernel::reach({after.index, after.name}, targets, deadline, is_wanted));
  TRY(m_requester.check_connected());
  const int signal = SignalHold::arrived();
  if (!all(answered) && signal != 0)
    return fail(Error{ErrorKind::failed, "interrupted", ::strsignal(signal), {}});
  if (!all(answered))
    return fail(unproven(targets, answered, fmt::format("{} is not proven", describe(proposed.move)),
                         "all is as it was before; `--timeout` gives it more time"));
  return ok();
}

Result<> MoveService::make(const ProposedMove& proposed) {
  TRY(auto is_recovered, recover());
  if (is_recovered)
    return fail(Error{ErrorKind::conflict, "cannot make " + describe(proposed.move),
                      "another one had to be taken back first", "repeat this"});
  TRY(auto source, find_source(proposed.move.source)); // a port would send the probes of the proof elsewhere
  for (const std::string& note : proposed.notes)
    m_requester.inform(note);
  TRY(auto targets, find_responders(source, proposed.proof)); // which can take a while
  TRY(check_unchanged(proposed.move.source));
  const auto on_wait = [this](std::chrono::seconds patience) {
    m_requester.inform(
        fmt::format("log in anew and run `vdeup confirm` within {} s, or all goes back to what it was",
                    patience.count()));
  };
  const auto lock = kernel::MemoryLock::hold(); // without permission the watchdog still rolls back
  engine::Journal journal{m_requester.on_step};
  return run_transaction(
      *m_store,
      {.move = proposed.move,
       .plan = proposed.plan,
       .handover = proposed.handover,
       .when_kept = proposed.when_kept,
       .timeout = m_options.timeout,
       .confirm = proposed.is_rollback ? std::nullopt : m_options.confirm},
      m_hosts, open_hosts, journal,
      {.prove = [&](const Deadline& deadline) { return prove(proposed, targets, deadline); },
       .on_wait = on_wait,
       .on_manager_failure = [this](const Error& failure) { m_requester.inform(failure.message()); }});
}

Result<bool> MoveService::recover(std::chrono::milliseconds patience) {
  if (::geteuid() != 0)
    return fail(Error{ErrorKind::not_permitted, "cannot move a NIC", "only root can", {}});
  if (!m_store) {
    TRY(auto store, RecordStore::open(true));
    TRY(store->lock(Deadline::after(patience)));
    m_store = std::move(store);
  }
  TRY(auto finished, roll_back_interrupted(*m_store, m_hosts));
  TRY(auto rolled_back, m_store->read(RecordStore::Kind::rolled_back));
  m_store->remove(RecordStore::Kind::rolled_back);
  const auto& told = finished ? finished : rolled_back;
  if (told)
    m_requester.inform(fmt::format("{} was taken back: it was cut off before it was proven or confirmed",
                                   describe(told->move)));
  return finished.has_value();
}

Result<std::optional<Record>> MoveService::last_kept() const {
  TRY(auto store, RecordStore::open(false));
  return store ? store->read(RecordStore::Kind::kept) : std::optional<Record>{};
}

void MoveService::forget_last_kept() const {
  if (m_store)
    m_store->remove(RecordStore::Kind::kept);
}

Result<> recover_moves(Requester requester) {
  if (::geteuid() != 0)
    return ok();
  TRY(auto store, RecordStore::open(false));
  if (!store || (!store->has(RecordStore::Kind::open) && !store->has(RecordStore::Kind::rolled_back)))
    return ok();
  TRY(auto moves, MoveService::open(std::move(requester), {}));
  TRY(moves.recover());
  return ok();
}

std::optional<NicMove> find_interrupted_move() {
  if (::geteuid() != 0)
    return std::nullopt;
  auto store = RecordStore::open(false);
  if (!store || !store.value() || !store.value()->has(RecordStore::Kind::open) ||
      !store.value()->lock(Deadline::after(std::chrono::milliseconds{0})))
    return std::nullopt;
  auto record = store.value()->read(RecordStore::Kind::open);
  return record && record.value() ? std::optional{std::move(record.value()->move)} : std::nullopt;
}

} // namespace vdeup::nicmove
