#include "cli/nic_mover.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>

namespace vdeup::cli {
namespace {

std::string home_of_caller() {
  const char* home = std::getenv("HOME"); // NOLINT(concurrency-mt-unsafe): there is one thread
  return home == nullptr ? "/" : home;
}

/// With -f a user insists on what is done to devices of his own. Of a NIC only root can.
MoveTerms users_terms(const Invocation& call) {
  MoveTerms terms = move_terms(call);
  terms.force = false;
  return terms;
}

} // namespace

nicmove::Asker asker(const Wiring& wiring) {
  return {.process = ::getpid(),
          .home = home_of_caller(),
          .tell = [&log = wiring.world().log](const std::string& text) { log.info(text); },
          .on_step = wiring.world().step_listener()};
}

MoveTerms move_terms(const Invocation& call) {
  return {
      .force = call.force, .probes = call.probes, .timeout = call.move.timeout, .confirm = call.move.confirm};
}

/// Where the helper moves, what we look at is for the report, and its word is the one that counts: with fewer
/// rights we see less, and would take more for reasons.
Result<NicMover> NicMover::open(const Context& context, const Wiring& wiring) {
  MoveTerms terms = move_terms(context.call);
  if (wiring.session() != nullptr)
    terms.force = !context.call.dry_run;
  TRY(auto moves, nicmove::NicMoves::open(asker(wiring), std::move(terms)));
  return NicMover{std::move(moves), wiring.session(), context};
}

Result<std::optional<ProposedMove>> NicMover::propose_in(const plan::Request& request,
                                                         const plan::BridgeChoice& choice) const {
  if (choice.exists || request.without_nic || !request.may_move_nic)
    return std::optional<ProposedMove>{};
  return m_moves.propose_in(choice.bridge.name, request.interface);
}

Result<ProposedMove> NicMover::propose_out(const IfName& bridge, const IfName& nic,
                                           const std::vector<std::string>& leaving) const {
  if (is_by_helper() && !m_context.call.dry_run) {
    TRY(order(
        privilege::MoveNicOut{bridge, users_terms(m_context.call), privilege::MoveNicOut::How::rehearsed}));
  }
  return m_moves.propose_out(bridge, nic, leaving);
}

Result<> NicMover::begin() {
  TRY(m_moves.settle());
  return ok();
}

Result<> NicMover::make(const ProposedMove& proposed) {
  if (!is_by_helper())
    return m_moves.make(proposed);
  const NicMove& move = proposed.move;
  const MoveTerms terms = users_terms(m_context.call);
  using How = privilege::MoveNicOut::How;
  if (move.direction == NicMove::Direction::in)
    return order(privilege::MoveNicIn{move.bridge, move.nic, terms});
  return order(privilege::MoveNicOut{move.bridge, terms, proposed.is_a_retreat ? How::retreat : How::made});
}

Result<> NicMover::retreat(ProposedMove back) {
  back.is_a_retreat = true;
  TRY(make(back));
  if (!is_by_helper()) // it forgets by itself
    m_moves.forget_last();
  return ok();
}

Result<> NicMover::order(const privilege::NicRequest& request) const {
  TRY(m_session->execute(request, [this](const std::string& text) { m_context.log.info(text); }));
  return ok();
}

Result<> settle_moves(const Context& context, const Wiring& wiring) {
  return context.call.dry_run ? ok() : nicmove::settle_moves(asker(wiring));
}

void mention_open_move(const Log& log) {
  if (const auto move = nicmove::find_cut_off())
    log.info(fmt::format("{} was cut off, and nobody is at it any more", describe(*move)),
             "`vdeup undo` takes it back");
}

} // namespace vdeup::cli
