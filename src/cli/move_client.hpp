#pragma once

#include "cli/commands.hpp"
#include "cli/wiring.hpp"
#include "network/ensure.hpp"
#include "nicmove/move_service.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::cli {

using nicmove::ProposedMove;

/// This process as one that asks for moves; its user reads the log.
[[nodiscard]] nicmove::Requester requester(const Wiring& wiring);

/// How a call wants NICs to be moved.
[[nodiscard]] MoveTerms move_terms(const Invocation& call);

/// Moves NICs for the commands that do: in this process if it is root's, else by vdeup-helper, which thinks
/// each move through anew.
class MoveClient {
 public:
  [[nodiscard]] static Result<MoveClient> open(const Context& context, const Wiring& wiring);

  /// Think the move through that a request for a new bridge comes to. Nothing if it does not want one, or if
  /// none was asked for and this host has no NIC that could be moved. Errors: refused, with what speaks
  /// against it, unless it is the helper who says so; those of looking.
  [[nodiscard]] Result<std::optional<ProposedMove>> propose_in(const plan::Request& request,
                                                               const plan::BridgeChoice& choice) const;

  /// The same for a NIC that is in a bridge of ours. `leaving` are ports that will be gone by then. Where the
  /// helper is to make it, it is asked now whether it would, unless this is a dry run.
  [[nodiscard]] Result<ProposedMove> propose_out(const IfName& bridge, const IfName& nic,
                                                 const std::vector<std::string>& leaving) const;

  /// True if moves are made by the helper: then nothing keeps others from moving a NIC before make().
  [[nodiscard]] bool is_by_helper() const { return m_session != nullptr; }
  /// See that nobody else moves a NIC from here on. Errors: as MoveService::recover().
  [[nodiscard]] Result<> begin();

  /// Make it. Errors: as MoveService::make(); as Session::execute().
  [[nodiscard]] Result<> make(const ProposedMove& proposed);
  /// Make the way back from a move that led to nothing, and forget both.
  [[nodiscard]] Result<> roll_back(ProposedMove back);

 private:
  MoveClient(nicmove::MoveService moves, privilege::Session* session, const Context& context)
      : m_moves(std::move(moves)), m_session(session), m_context(context) {}
  [[nodiscard]] Result<> order(const privilege::NicRequest& request) const;

  nicmove::MoveService m_moves;
  privilege::Session* m_session; ///< none: we may move NICs ourselves
  const Context& m_context;
};

/// Do at the beginning of a command that changes something what MoveService::recover() does, where there is
/// something to do. Only root can.
[[nodiscard]] Result<> recover_moves(const Context& context, const Wiring& wiring);

/// Say for a command that only looks that a move was cut off, if one was and nobody is at it. Only root sees
/// it.
void report_interrupted_move(const Log& log);

} // namespace vdeup::cli
