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
MoveOptions helper_options(const Invocation& call) {
  MoveOptions options = move_options(call);
  options.force = false;
  return options;
}

} // namespace

nicmove::Requester requester(const Wiring& wiring) {
  return {.process = ::getpid(),
          .home = home_of_caller(),
          .inform = [&log = wiring.world().log](const std::string& text) { log.info(text); },
          .on_step = wiring.world().step_listener()};
}

MoveOptions move_options(const Invocation& call) {
  return {
      .force = call.force, .probes = call.probes, .timeout = call.move.timeout, .confirm = call.move.confirm};
}

/// A process that leaves the move to the helper sees less of the host and would object without need: so it
/// objects to nothing, and the helper decides.
Result<MoveClient> MoveClient::open(const Context& context, const Wiring& wiring) {
  MoveOptions options = move_options(context.call);
  if (wiring.helper() != nullptr)
    options.force = !context.call.dry_run;
  TRY(auto moves, nicmove::MoveService::open(requester(wiring), std::move(options)));
  return MoveClient{std::move(moves), wiring.helper(), context};
}

bool MoveClient::needs_steps() const {
  const Invocation& call = m_context.call;
  return m_helper == nullptr || call.dry_run || call.json || call.terse;
}

Result<std::optional<PlannedMove>> MoveClient::plan_in(const plan::Request& request,
                                                       const IfName& bridge) const {
  using Direction = NicMove::Direction;
  if (request.without_nic || !request.may_move_nic)
    return std::optional<PlannedMove>{};
  if (needs_steps()) {
    TRY(auto proposed, m_moves.propose_in(bridge, request.interface));
    if (!proposed)
      return std::optional<PlannedMove>{};
    return std::optional{PlannedMove{Direction::in, proposed->move.nic, bridge, proposed->reason, proposed}};
  }
  TRY(auto choice, m_moves.choose(bridge, request.interface));
  if (!choice)
    return std::optional<PlannedMove>{};
  TRY(auto nic, IfName::parse(choice->nic.name));
  return std::optional{PlannedMove{Direction::in, std::move(nic), bridge, std::move(choice->reason), {}}};
}

Result<PlannedMove> MoveClient::plan_out(const IfName& bridge, const IfName& nic,
                                         const std::vector<std::string>& leaving) const {
  if (m_helper != nullptr && !m_context.call.dry_run) {
    TRY(order_out(bridge, privilege::MoveNicOut::How::rehearsed));
  }
  PlannedMove move{NicMove::Direction::out, nic, bridge};
  if (needs_steps()) {
    TRY(move.proposal, m_moves.propose_out(bridge, nic, leaving));
  }
  return move;
}

Result<> MoveClient::lock() {
  TRY(m_moves.recover());
  return ok();
}

Result<> MoveClient::make(const PlannedMove& move) {
  if (m_helper == nullptr)
    return m_moves.make(*move.proposal);
  if (move.direction == NicMove::Direction::in)
    return order(privilege::MoveNicIn{move.bridge, move.nic, helper_options(m_context.call)});
  return order_out(move.bridge, privilege::MoveNicOut::How::made);
}

Result<> MoveClient::roll_back(const PlannedMove& failed) {
  using How = privilege::MoveNicOut::How;
  if (m_helper != nullptr) { // it checks and forgets by itself
    return order_out(failed.bridge, How::rolled_back);
  }
  TRY(auto back, m_moves.propose_out(failed.bridge, failed.nic, {}));
  back.is_rollback = true;
  TRY(m_moves.make(back));
  m_moves.forget_last_kept();
  return ok();
}

Result<> MoveClient::order_out(const IfName& bridge, privilege::MoveNicOut::How how) const {
  return order(privilege::MoveNicOut{bridge, helper_options(m_context.call), how});
}

Result<> MoveClient::order(const privilege::NicRequest& request) const {
  TRY(m_helper->execute(request, [this](const std::string& text) { m_context.log.info(text); }));
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
