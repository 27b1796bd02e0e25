#include "nicmove/nic_moves.hpp"

#include "base/signal_hold.hpp"
#include "kernel/memory_lock.hpp"
#include "kernel/reach.hpp"
#include "managers/persist_choice.hpp"
#include "nicmove/move_proof.hpp"
#include "nicmove/nic_move.hpp"
#include "nicmove/transaction.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace vdeup::nicmove {
namespace {

using nicmove::RecordStore;

constexpr std::chrono::seconds k_first_look{2}; // who answers before the move

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

} // namespace

const IfName& ProposedMove::destination() const {
  return move.direction == NicMove::Direction::in ? move.bridge : move.nic;
}

Result<NicMoves> NicMoves::open(Asker asker, MoveTerms terms) {
  TRY(auto hosts, open_hosts());
  return NicMoves{std::move(asker), std::move(terms), std::move(hosts)};
}

Result<std::vector<ManagerStep>> NicMoves::untell(const IfName& nic, const IfName& bridge) const {
  auto kept = last();
  if (!kept && kept.error().kind() != ErrorKind::not_permitted) // who may not read it only rehearses
    return fail(std::move(kept).error());
  const auto& record = kept ? kept.value() : std::nullopt;
  if (record && record->move.nic == nic && record->move.bridge == bridge)
    return inverse(record->told);
  TRY(auto running, m_hosts.managers->running());
  TRY(auto marks, managers::marks_for(running, {bridge}));
  return inverse(marks);
}

Result<std::optional<SeenNic>> NicMoves::see(const std::optional<IfName>& wanted) const {
  TRY(auto links, m_hosts.links->links());
  return see_nic(m_hosts, m_asker, wanted, m_terms.force, links);
}

Result<ProposedMove> NicMoves::describe_in(const SeenNic& seen, const IfName& bridge) const {
  if (seen.choice.bridge)
    return fail(Error{ErrorKind::conflict,
                      fmt::format("cannot move {} into {}", seen.nic.name.str(), bridge.str()),
                      fmt::format("it is a port of {} by now", seen.choice.bridge->str()), "repeat this"});
  TRY(auto plan, make_nic_move_plan(seen.nic, bridge));
  const auto sessions = sessions_over(seen.choice.nic, seen.dependents.sessions, seen.survey);
  return ProposedMove{.move = describe_nic_move(seen.nic, bridge),
                      .plan = std::move(plan),
                      .proof = proof_targets(seen.nic, sessions, m_terms.probes),
                      .reason = seen.choice.reason};
}

Result<> NicMoves::permit(const SeenNic& seen, ProposedMove& proposed) const {
  const IfName& bridge = proposed.move.bridge;
  TRY(auto use, use_of(seen.nic, bridge, seen.dependents, seen.managers));
  TRY(use.can_be_told, m_hosts.managers->running());
  use.bridge = managers::describe_bridge(seen.nic, bridge, seen.managers);
  TRY(proposed.managers, managers::hand_over(use.can_be_told, seen.managers, seen.nic.name, bridge));
  TRY(proposed.notes, permit_move(seen.choice, use, seen.survey, m_terms.force));
  return ok();
}

Result<std::optional<ProposedMove>> NicMoves::propose_in(const IfName& bridge,
                                                         const std::optional<IfName>& wanted) const {
  TRY(auto seen, see(wanted));
  if (!seen)
    return std::optional<ProposedMove>{};
  TRY(auto proposed, describe_in(*seen, bridge));
  TRY(permit(*seen, proposed));
  return std::optional{std::move(proposed)};
}

Result<ProposedMove> NicMoves::propose_out(const IfName& bridge, const IfName& nic,
                                           const std::vector<std::string>& leaving) const {
  TRY(auto links, m_hosts.links->links());
  const auto link = std::find_if(links.begin(), links.end(),
                                 [&bridge](const Link& each) { return each.name == bridge.str(); });
  if (link == links.end())
    return fail(is_gone(bridge));
  TRY(auto survey, survey_nics(links));
  TRY(auto above, settled_snapshot(m_hosts, bridge));
  TRY(auto below, snapshot(m_hosts, nic));
  std::erase_if(above.ports, [&leaving](const IfName& port) {
    return std::find(leaving.begin(), leaving.end(), port.str()) != leaving.end();
  });
  TRY(auto dependents, dependents::observe_dependents(m_asker.process, m_asker.home));
  const auto sessions = sessions_over(*link, dependents.sessions, survey);
  const NicChoice back{.nic = *link, .reason = {}};
  // Without managers: whoever manages the NIC gets back what it had.
  TRY(auto use, use_of(above, nic, std::move(dependents), {}));
  use.expiring.clear(); // who renewed them there does so again
  TRY(auto notes, permit_move(back, use, survey, m_terms.force));
  TRY(auto plan, make_give_back_plan(above, below));
  TRY(auto told, untell(nic, bridge));
  return ProposedMove{.move = describe_give_back(above, below),
                      .plan = std::move(plan),
                      .proof = proof_targets(above, sessions, m_terms.probes),
                      .notes = std::move(notes),
                      .at_the_end = std::move(told),
                      .had = std::move(below)};
}

Result<std::vector<ReachTarget>> NicMoves::those_who_answer(const ProposedMove& proposed) const {
  const IfName& from = proposed.move.source.name;
  TRY(auto link, m_hosts.links->link(from));
  if (!link)
    return fail(is_gone(from));
  if (!link->is_up || !link->has_carrier) // nothing can be lost, and nobody be asked
    return std::vector<ReachTarget>{};
  TRY(auto answered, kernel::reach({link->index, from}, proposed.proof, Deadline::after(k_first_look)));
  if (!all(answered) && !m_terms.force) {
    Error error = unproven(proposed.proof, answered, fmt::format("will not move what {} has", from.str()),
                           "then nothing would prove that the new way works; mend this, or use -f to go on "
                           "without that proof");
    error.set_yields_to_force(true);
    return fail(std::move(error));
  }
  std::vector<ReachTarget> answering;
  for (std::size_t i = 0; i < answered.size(); ++i)
    if (answered[i])
      answering.push_back(proposed.proof[i]);
    else
      m_asker.tell(
          fmt::format("{} does not answer now, and will not be asked for a proof", proposed.proof[i].str()));
  return answering;
}

Result<> NicMoves::check_still_there(const NicSnapshot& seen) const {
  TRY(auto now, snapshot(m_hosts, seen.name));
  std::string changes = differences(seen, now);
  if (changes.empty())
    return ok();
  changes.pop_back(); // the end of its last line
  return fail(Error{ErrorKind::conflict, "will not move what " + seen.name.str() + " has",
                    "it has changed meanwhile:\n" + changes, "repeat this"});
}

Result<> NicMoves::prove(const ProposedMove& proposed, const std::vector<ReachTarget>& targets,
                         const Deadline& deadline) const {
  TRY(auto after, snapshot(m_hosts, proposed.destination()));
  TRY(verify_nic_move(proposed.move, proposed.had, after));
  const auto is_wanted = [this] { return SignalHold::arrived() == 0 && m_asker.is_there().has_value(); };
  TRY(auto answered, kernel::reach({after.index, after.name}, targets, deadline, is_wanted));
  TRY(m_asker.is_there());
  const int signal = SignalHold::arrived();
  if (!all(answered) && signal != 0)
    return fail(Error{ErrorKind::failed, "interrupted", ::strsignal(signal), {}});
  if (!all(answered))
    return fail(unproven(targets, answered, fmt::format("{} is not proven", describe(proposed.move)),
                         "all is as it was before; `--timeout` gives it more time"));
  return ok();
}

Result<> NicMoves::make(const ProposedMove& proposed) {
  TRY(auto has_settled, settle());
  if (has_settled)
    return fail(Error{ErrorKind::conflict, "cannot make " + describe(proposed.move),
                      "another one had to be taken back first", "repeat this"});
  TRY(check_still_there(proposed.move.source)); // before somebody is asked through what is a port by now
  for (const std::string& note : proposed.notes)
    m_asker.tell(note);
  TRY(auto targets, those_who_answer(proposed)); // which can take a while
  TRY(check_still_there(proposed.move.source));
  const auto on_wait = [this](std::chrono::seconds patience) {
    m_asker.tell(
        fmt::format("log in anew and run `vdeup confirm` within {} s, or all goes back to what it was",
                    patience.count()));
  };
  const auto lock = kernel::MemoryLock::hold(); // where the limit forbids it, the watchdog is there
  engine::Journal journal{m_asker.on_step};
  return nicmove::run(
      *m_store,
      {.move = proposed.move,
       .plan = proposed.plan,
       .managers = proposed.managers,
       .at_the_end = proposed.at_the_end,
       .timeout = m_terms.timeout,
       .confirm = proposed.is_a_retreat ? std::nullopt : m_terms.confirm},
      m_hosts, open_hosts, journal,
      {.prove = [&](const Deadline& deadline) { return prove(proposed, targets, deadline); },
       .on_wait = on_wait,
       .on_complaint = [this](const Error& complaint) { m_asker.tell(complaint.message()); }});
}

Result<bool> NicMoves::settle(std::chrono::milliseconds patience) {
  if (::geteuid() != 0)
    return fail(Error{ErrorKind::not_permitted, "cannot move a NIC", "only root can", {}});
  if (!m_store) {
    TRY(auto store, RecordStore::open(true));
    TRY(store->lock(Deadline::after(patience)));
    m_store = std::move(store);
  }
  TRY(auto finished, nicmove::finish(*m_store, m_hosts));
  TRY(auto undone, m_store->read(RecordStore::Kind::undone));
  m_store->remove(RecordStore::Kind::undone);
  const auto& told = finished ? finished : undone;
  if (told)
    m_asker.tell(fmt::format("{} was taken back: it was cut off before it was proven or confirmed",
                             describe(told->move)));
  return finished.has_value();
}

Result<std::optional<nicmove::Record>> NicMoves::last() const {
  TRY(auto store, RecordStore::open(false));
  return store ? store->read(RecordStore::Kind::kept) : std::optional<nicmove::Record>{};
}

void NicMoves::forget_last() const {
  if (m_store)
    m_store->remove(RecordStore::Kind::kept);
}

Result<> settle_moves(Asker asker) {
  if (::geteuid() != 0)
    return ok();
  TRY(auto store, RecordStore::open(false));
  if (!store || (!store->has(RecordStore::Kind::open) && !store->has(RecordStore::Kind::undone)))
    return ok();
  TRY(auto moves, NicMoves::open(std::move(asker), {}));
  TRY(moves.settle());
  return ok();
}

std::optional<NicMove> find_cut_off() {
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
