#pragma once

#include "cli/commands.hpp"
#include "cli/wiring.hpp"
#include "nicmove/move_service.hpp"
#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::cli {

/// This process and its user, who reads the log.
[[nodiscard]] nicmove::Requester requester(const Wiring& wiring);

/// The options of a call for moves.
[[nodiscard]] MoveOptions move_options(const Invocation& call);

/// The move of a NIC that a command comes to.
struct PlannedMove {
  NicMove::Direction direction = NicMove::Direction::in;
  IfName nic;
  IfName bridge;
  std::string reason{}; ///< why this NIC
  /// The steps and more; none if vdeup-helper plans the move and its steps are not printed.
  std::optional<nicmove::ProposedMove> proposal{};

  [[nodiscard]] Plan plan() const { return proposal ? proposal->plan : Plan{}; }
};

/// Plans and makes moves for commands: in this process if it is root's, else by vdeup-helper, which observes
/// the host, plans and checks each move itself. Then this process chooses the NIC, and plans only what it
/// prints.
class MoveClient {
 public:
  [[nodiscard]] static Result<MoveClient> open(const Context& context, const Wiring& wiring);

  /// Plan the move for a new bridge. Nothing if the request wants none, or if no NIC was named and this host
  /// has no NIC that can be moved. Errors: as MoveService::propose_in() or choose().
  [[nodiscard]] Result<std::optional<PlannedMove>> plan_in(const plan::Request& request,
                                                           const IfName& bridge) const;

  /// Plan to move the NIC out of a bridge of vdeup. `leaving` are ports that will be deleted before. Asks the
  /// helper for its permission, except in a dry run.
  [[nodiscard]] Result<PlannedMove> plan_out(const IfName& bridge, const IfName& nic,
                                             const std::vector<std::string>& leaving) const;

  /// True if vdeup-helper makes the moves.
  [[nodiscard]] bool is_by_helper() const { return m_helper != nullptr; }
  /// Prevent other calls from moving a NIC from here on. Takes root. Errors: as MoveService::recover().
  [[nodiscard]] Result<> lock();

  /// Make it. Errors: as MoveService::make(); as HelperClient::execute().
  [[nodiscard]] Result<> make(const PlannedMove& move);
  /// Move the NIC back out of the bridge of a network that failed, and forget both moves.
  [[nodiscard]] Result<> roll_back(const PlannedMove& failed);

 private:
  MoveClient(nicmove::MoveService moves, privilege::HelperClient* helper, const Context& context)
      : m_moves(std::move(moves)), m_helper(helper), m_context(context) {}
  /// True if this process needs the steps of a move.
  [[nodiscard]] bool needs_steps() const;
  [[nodiscard]] Result<> order(const privilege::NicRequest& request) const;
  [[nodiscard]] Result<> order_out(const IfName& bridge, privilege::MoveNicOut::How how) const;

  nicmove::MoveService m_moves;
  privilege::HelperClient* m_helper; ///< none: this process moves NICs itself
  const Context& m_context;
};

/// MoveService::recover(), for the start of a command that changes something. Takes root; does nothing
/// otherwise.
[[nodiscard]] Result<> recover_moves(const Context& context, const Wiring& wiring);

/// Report an interrupted move, for a command that changes nothing. Only root sees one.
void report_interrupted_move(const Log& log);

} // namespace vdeup::cli
