#include "cli/nic_moves.hpp"

#include "base/text.hpp"
#include "broker/broker.hpp"
#include "kernel/firewall_mentions.hpp"
#include "kernel/memory_lock.hpp"
#include "kernel/nic_snapshot.hpp"
#include "kernel/reach.hpp"
#include "kernel/route_query.hpp"
#include "kernel/wifi.hpp"
#include "plan/move_guard.hpp"
#include "plan/move_proof.hpp"
#include "plan/nic_move.hpp"
#include "plan/persist_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace vdeup::cli {
namespace {

using transaction::RecordStore;

constexpr std::chrono::seconds k_first_look{2}; // who answers before the move
constexpr std::chrono::seconds k_settling{5};   // of addresses that the kernel has just got

Result<transaction::MoveHosts> open_hosts() {
  TRY(auto links, kernel::KernelHost::open());
  TRY(auto nics, kernel::KernelNics::open());
  return transaction::MoveHosts{std::move(links), std::move(nics), std::make_unique<broker::Broker>()};
}

std::string home_of_caller() {
  const char* home = std::getenv("HOME"); // NOLINT(concurrency-mt-unsafe): there is one thread
  return home == nullptr ? "/" : home;
}

Result<plan::NicSurvey> survey_nics(const std::vector<Link>& links) {
  plan::NicSurvey survey{.links = links};
  TRY(survey.wifi_stations, kernel::list_wifi_stations());
  TRY(survey.default_routes, kernel::list_default_route_links());
  return survey;
}

/// Where the packet filter names an interface, and not the one that is to take its place. Nothing if it may
/// not be read: who may not read it may not move a NIC either.
Result<std::vector<std::string>> firewall_places(const IfName& from, const IfName& to) {
  auto places = kernel::list_firewall_mentions(from.str());
  if (!places && places.error().kind == ErrorKind::not_permitted)
    return std::vector<std::string>{};
  TRY(auto mentioned, std::move(places));
  TRY(auto kept, kernel::list_firewall_mentions(to.str()));
  std::erase_if(mentioned, [&kept](const std::string& place) {
    return std::find(kept.begin(), kept.end(), place) != kept.end();
  });
  return mentioned;
}

Result<plan::NicUse> use_of(const NicSnapshot& source, const IfName& destination, guard::Stakes stakes) {
  plan::NicUse use{.sessions = std::move(stakes.sessions),
                   .mounts = std::move(stakes.mounts),
                   .managers = std::move(stakes.managers)};
  TRY(use.firewall, firewall_places(source.name, destination));
  for (const InterfaceAddress& address : source.addresses) {
    use.addresses.push_back(address.local.address);
    if (address.valid != k_forever)
      use.expiring.push_back({.address = address.local.address,
                              .seconds = address.valid,
                              .is_from_a_router = address.is_from_a_router(),
                              .is_temporary = address.is_temporary()});
  }
  return use;
}

/// The logins whose peers are reached through a link.
std::vector<NetworkSession> sessions_over(const Link& link, const std::vector<NetworkSession>& sessions,
                                          const plan::NicSurvey& survey) {
  std::vector<NetworkSession> over;
  std::copy_if(sessions.begin(), sessions.end(), std::back_inserter(over),
               [&](const NetworkSession& session) {
                 return session.route != 0 && plan::leads_through(session.route, link, survey);
               });
  return over;
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

const Link* find(const std::vector<Link>& links, const IfName& name) {
  const auto found =
      std::find_if(links.begin(), links.end(), [&name](const Link& link) { return link.name == name.str(); });
  return found == links.end() ? nullptr : &*found;
}

Error is_gone(const IfName& name) {
  return Error{ErrorKind::conflict, "cannot look at " + name.str(), "the interface is gone", {}};
}

} // namespace

const IfName& ProposedMove::destination() const {
  return move.direction == NicMove::Direction::in ? move.bridge : move.nic;
}

Result<NicMoves> NicMoves::open(const Context& context, const Wiring& wiring) {
  TRY(auto hosts, open_hosts());
  return NicMoves{context, wiring, std::move(hosts)};
}

Result<NicSnapshot> NicMoves::snapshot(const IfName& name) const {
  TRY(auto seen, m_hosts.nics->snapshot(name));
  if (!seen)
    return fail(is_gone(name));
  return *std::move(seen);
}

Result<NicSnapshot> NicMoves::settled_snapshot(const IfName& name) const {
  TRY(auto seen, m_hosts.nics->settled_snapshot(name, Deadline::after(k_settling)));
  if (!seen)
    return fail(is_gone(name));
  return *std::move(seen);
}

Result<std::vector<ManagerStep>> NicMoves::untell(const IfName& nic, const IfName& bridge) const {
  TRY(auto record, last());
  if (record && record->move.nic == nic && record->move.bridge == bridge)
    return inverse(record->told);
  TRY(auto running, m_hosts.managers->running());
  TRY(auto marks, plan::marks_for(running, {bridge}));
  return inverse(marks);
}

Result<std::optional<SeenNic>> NicMoves::see(const plan::Request& request,
                                             const std::vector<Link>& links) const {
  TRY(auto survey, survey_nics(links));
  auto choice = plan::choose_nic(request.interface, request.force, survey);
  if (!choice && choice.error().kind == ErrorKind::missing && !request.interface)
    return std::optional<SeenNic>{};
  TRY(auto chosen, std::move(choice));
  TRY(auto name, IfName::parse(chosen.nic.name));
  TRY(auto nic, settled_snapshot(name));
  TRY(auto stakes, guard::look_around(::getpid(), home_of_caller(), chosen.nic));
  return std::optional{SeenNic{std::move(chosen), std::move(survey), std::move(nic), std::move(stakes)}};
}

Result<std::optional<ProposedMove>> NicMoves::propose_in(const plan::Request& request,
                                                         const Situation& situation) const {
  if (situation.choice.exists || request.without_nic || !request.may_move_nic)
    return std::optional<ProposedMove>{};
  TRY(auto seen, see(request, situation.survey.links));
  if (!seen)
    return std::optional<ProposedMove>{};
  const auto& [choice, survey, nic, stakes] = *seen;
  const IfName& bridge = situation.choice.bridge.name;
  TRY(auto use, use_of(nic, bridge, stakes));
  TRY(use.can_be_told, m_hosts.managers->running());
  use.bridge = plan::describe_bridge(nic, bridge, stakes.managers);
  TRY(auto handover, plan::hand_over(use.can_be_told, stakes.managers, nic.name, bridge));
  TRY(auto notes, plan::permit_move(choice, use, survey, request.force));
  TRY(auto plan, plan::make_nic_move_plan(nic, bridge));
  const auto sessions = sessions_over(choice.nic, stakes.sessions, survey);
  return std::optional{ProposedMove{.move = plan::describe_nic_move(nic, bridge),
                                    .plan = std::move(plan),
                                    .proof = plan::proof_targets(nic, sessions, m_context.call.probes),
                                    .notes = std::move(notes),
                                    .reason = choice.reason,
                                    .managers = std::move(handover)}};
}

Result<ProposedMove> NicMoves::propose_out(const Bridge& bridge, const IfName& nic,
                                           const std::vector<std::string>& leaving) const {
  TRY(auto links, m_wiring.host().links.links());
  const Link* link = find(links, bridge.name);
  if (link == nullptr)
    return fail(is_gone(bridge.name));
  TRY(auto survey, survey_nics(links));
  TRY(auto above, settled_snapshot(bridge.name));
  TRY(auto below, snapshot(nic));
  std::erase_if(above.ports, [&leaving](const IfName& port) {
    return std::find(leaving.begin(), leaving.end(), port.str()) != leaving.end();
  });
  TRY(auto stakes, guard::look_around(::getpid(), home_of_caller(), *link));
  const auto sessions = sessions_over(*link, stakes.sessions, survey);
  stakes.managers.clear(); // whoever manages the NIC gets back what it had
  const plan::NicChoice back{.nic = *link, .reason = {}};
  TRY(auto use, use_of(above, nic, std::move(stakes)));
  use.expiring.clear(); // who renewed them there does so again
  TRY(auto notes, plan::permit_move(back, use, survey, m_context.call.force));
  TRY(auto plan, plan::make_give_back_plan(above, below));
  TRY(auto told, untell(nic, bridge.name));
  return ProposedMove{.move = plan::describe_give_back(above, below),
                      .plan = std::move(plan),
                      .proof = plan::proof_targets(above, sessions, m_context.call.probes),
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
  const bool all = std::all_of(answered.begin(), answered.end(), [](bool has) { return has; });
  if (!all && !m_context.call.force)
    return fail(Error{unproven(proposed.proof, answered, fmt::format("will not move what {} has", from.str()),
                               "then nothing would prove that the new way works; mend this, or use -f to go "
                               "on without that proof")});
  std::vector<ReachTarget> answering;
  for (std::size_t i = 0; i < answered.size(); ++i)
    if (answered[i])
      answering.push_back(proposed.proof[i]);
    else
      m_wiring.log().info(
          fmt::format("{} does not answer now, and will not be asked for a proof", proposed.proof[i].str()));
  return answering;
}

Result<> NicMoves::check_still_there(const NicSnapshot& seen) const {
  TRY(auto now, snapshot(seen.name));
  std::string changes = differences(seen, now);
  if (changes.empty())
    return ok();
  changes.pop_back(); // the end of its last line
  return fail(Error{ErrorKind::conflict, "will not move what " + seen.name.str() + " has",
                    "it has changed meanwhile:\n" + changes, "repeat this"});
}

Result<> NicMoves::make(const ProposedMove& proposed) {
  TRY(auto has_settled, settle());
  if (has_settled)
    return fail(Error{ErrorKind::conflict, "cannot make " + describe(proposed.move),
                      "another one had to be taken back first", "repeat this"});
  const Log& log = m_wiring.log();
  for (const std::string& note : proposed.notes)
    log.info(note);
  TRY(auto targets, those_who_answer(proposed)); // which can take a while
  TRY(check_still_there(proposed.move.source));
  const auto prove = [&](const Deadline& deadline) -> Result<> {
    TRY(auto after, snapshot(proposed.destination()));
    TRY(plan::verify_nic_move(proposed.move, proposed.had, after));
    TRY(auto answered, kernel::reach({after.index, after.name}, targets, deadline));
    if (std::all_of(answered.begin(), answered.end(), [](bool has) { return has; }))
      return ok();
    return fail(unproven(targets, answered, fmt::format("{} is not proven", describe(proposed.move)),
                         "all is as it was before; `--timeout` gives it more time"));
  };
  const auto on_wait = [&log](std::chrono::seconds patience) {
    log.info(fmt::format("log in anew and run `vdeup confirm` within {} s, or all goes back to what it was",
                         patience.count()));
  };
  const auto on_complaint = [&log](const Error& complaint) { log.info(complaint.message()); };
  const auto lock = kernel::MemoryLock::hold(); // where the limit forbids it, the watchdog is there
  engine::Journal journal = m_wiring.journal();
  return transaction::run(*m_store,
                          {.move = proposed.move,
                           .plan = proposed.plan,
                           .managers = proposed.managers,
                           .at_the_end = proposed.at_the_end,
                           .timeout = m_context.call.move.timeout,
                           .confirm = proposed.is_a_retreat ? std::nullopt : m_context.call.move.confirm},
                          m_hosts, open_hosts, journal,
                          {.prove = prove, .on_wait = on_wait, .on_complaint = on_complaint});
}

Result<bool> NicMoves::settle(std::chrono::milliseconds patience) {
  if (::geteuid() != 0)
    return fail(Error{ErrorKind::not_permitted, "cannot move a NIC", "only root can", {}});
  if (!m_store) {
    TRY(auto store, RecordStore::open(true));
    TRY(store->lock(Deadline::after(patience)));
    m_store = std::move(store);
  }
  TRY(auto finished, transaction::finish(*m_store, m_hosts));
  TRY(auto undone, m_store->read(RecordStore::Kind::undone));
  m_store->remove(RecordStore::Kind::undone);
  const auto& told = finished ? finished : undone;
  if (told)
    m_wiring.log().info(fmt::format("{} was taken back: it was cut off before it was proven or confirmed",
                                    describe(told->move)));
  return finished.has_value();
}

Result<std::optional<transaction::Record>> NicMoves::last() const {
  TRY(auto store, RecordStore::open(false));
  return store ? store->read(RecordStore::Kind::kept) : std::optional<transaction::Record>{};
}

void NicMoves::forget_last() const {
  if (m_store)
    m_store->remove(RecordStore::Kind::kept);
}

Result<> settle_moves(const Context& context, const Wiring& wiring) {
  if (::geteuid() != 0 || context.call.dry_run)
    return ok();
  TRY(auto store, RecordStore::open(false));
  if (!store || (!store->has(RecordStore::Kind::open) && !store->has(RecordStore::Kind::undone)))
    return ok();
  TRY(auto moves, NicMoves::open(context, wiring));
  TRY(moves.settle());
  return ok();
}

void mention_open_move(const Log& log) {
  if (::geteuid() != 0)
    return;
  auto store = RecordStore::open(false);
  if (!store || !store.value() || !store.value()->has(RecordStore::Kind::open) ||
      !store.value()->lock(Deadline::after(std::chrono::milliseconds{0})))
    return;
  const auto record = store.value()->read(RecordStore::Kind::open);
  if (record && record.value())
    log.info(fmt::format("{} was cut off, and nobody is at it any more\n  hint: `vdeup undo` takes it back",
                         describe(record.value()->move)));
}

std::optional<IfName> nic_of(const Bridge& bridge, const std::vector<Link>& links,
                             const std::vector<std::string>& leaving) {
  std::optional<IfName> nic;
  for (const std::string& port : bridge.ports) {
    if (std::find(leaving.begin(), leaving.end(), port) != leaving.end())
      continue;
    auto name = IfName::parse(port);
    if (nic || !name)
      return std::nullopt;
    nic = std::move(name).value();
  }
  const Link* link = nic ? find(links, *nic) : nullptr;
  const bool is_the_one = link != nullptr && !link->is_tap && link->mac == bridge.mac;
  return is_the_one ? nic : std::nullopt;
}

} // namespace vdeup::cli
