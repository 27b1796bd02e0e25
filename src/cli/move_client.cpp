#include "cli/move_client.hpp"

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

nicmove::Requester requester(const Wiring& wiring) {
  return {.process = ::getpid(),
          .home = home_of_caller(),
          .inform = [&log = wiring.world().log](const std::string& text) { log.info(text); },
          .on_step = wiring.world().step_listener()};
}

MoveTerms move_terms(const Invocation& call) {
  return {
      .force = call.force, .probes = call.probes, .timeout = call.move.timeout, .confirm = call.move.confirm};
}

/// Where the helper moves, what we look at is for the report, and its word is the one that counts: with fewer
/// rights we see less, and would take more for reasons.
Result<MoveClient> MoveClient::open(const Context& context, const Wiring& wiring) {
  MoveTerms terms = move_terms(context.call);
  if (wiring.session() != nullptr)
    terms.force = !context.call.dry_run;
  TRY(auto moves, nicmove::MoveService::open(requester(wiring), std::move(terms)));
  return MoveClient{std::move(moves), wiring.session(), context};
}

Result<std::optional<ProposedMove>> MoveClient::propose_in(const plan::Request& request,
                                                           const plan::BridgeChoice& choice) const {
  if (choice.exists || request.without_nic || !request.may_move_nic)
    return std::optional<ProposedMove>{};
  return m_moves.propose_in(choice.bridge.name, request.interface);
}

Result<ProposedMove> MoveClient::propose_out(const IfName& bridge, const IfName& nic,
                                             const std::vector<std::string>& leaving) const {
  if (is_by_helper() && !m_context.call.dry_run) {
    TRY(order(
        privilege::MoveNicOut{bridge, users_terms(m_context.call), privilege::MoveNicOut::How::rehearsed}));
  }
  return m_moves.propose_out(bridge, nic, leaving);
}

Result<> MoveClient::begin() {
  TRY(m_moves.recover());
  return ok();
}

Result<> MoveClient::make(const ProposedMove& proposed) {
  if (!is_by_helper())
    return m_moves.make(proposed);
  const NicMove& move = proposed.move;
  const MoveTerms terms = users_terms(m_context.call);
  using How = privilege::MoveNicOut::How;
  if (move.direction == NicMove::Direction::in)
    return order(privilege::MoveNicIn{move.bridge, move.nic, terms});
  return order(
      privilege::MoveNicOut{move.bridge, terms, proposed.is_rollback ? How::rolled_back : How::made});
}

Result<> MoveClient::roll_back(ProposedMove back) {
  back.is_rollback = true;
  TRY(make(back));
  if (!is_by_helper()) // it forgets by itself
    m_moves.forget_last_kept();
  return ok();
}

Result<> MoveClient::order(const privilege::NicRequest& request) const {
  TRY(m_session->execute(request, [this](const std::string& text) { m_context.log.info(text); }));
  return ok();
}

Result<> recover_moves(const Context& context, const Wiring& wiring) {
  return context.call.dry_run ? ok() : nicmove::recover_moves(requester(wiring));
}

void report_interrupted_move(const Log& log) {
  if (const auto move = nicmove::find_interrupted_move())
    log.info(fmt::format("{} was cut off, and nobody is at it any more", describe(*move)),
             "`vdeup undo` takes it back");
}

} // namespace vdeup::cli
