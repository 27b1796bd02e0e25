#include "privilege/nic_request_handler.hpp"

#include "base/text.hpp"
#include "model/interpret.hpp"
#include "nicmove/nic_choice.hpp"
#include "nicmove/undo.hpp"
#include "privilege/link_checks.hpp"
#include "process/held_process.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

using config::Right;
using Outcome = Result<std::optional<MovedNic>>;

constexpr std::chrono::seconds k_max_timeout{60};
constexpr std::chrono::seconds k_max_confirm{600};

MovedNic moved(const NicMove& move) {
  return {move.direction, move.nic, move.bridge};
}

/// Executes one request for the caller.
class NicRequestExecution {
 public:
  NicRequestExecution(const AccessRules& rules, nicmove::Requester requester, std::string what)
      : m_rules(rules), m_requester(std::move(requester)), m_what(std::move(what)), m_policy(rules, m_what) {}

  // Safe: the policy lets the caller move NICs into this bridge, and make it under this name. Which NIC is
  // for the caller to say, among those that root could move without insisting: no port of another bridge, and
  // none whose addresses somebody else looks after or whom the packet filter names. What it has is on the
  // bridge then, and is proven to work there, or all goes back.
  Outcome operator()(const MoveNicIn& in) {
    TRY(m_policy.allow(in.bridge, Right::nic));
    TRY(m_policy.allow_new_bridge(in.bridge));
    TRY(auto moves, open(in.options));
    TRY(nicmove::recover_moves(m_requester));
    TRY(auto there, moves.links().link(in.bridge));
    if (there)
      return fail(
          Error{ErrorKind::conflict, m_what, fmt::format("{} is there already", in.bridge.str()), {}});
    TRY(auto proposed, moves.propose_in(in.bridge, in.nic));
    TRY(moves.make(*proposed)); // one that was asked for by name is there, or an error
    return moved(proposed->move);
  }

  // Safe: the bridge bears our mark, the policy lets the caller remove it and move NICs there, and beside the
  // NIC nothing is attached to it. The NIC has afterwards what the bridge has, proven as above.
  Outcome operator()(const MoveNicOut& out) {
    TRY(allow_both(out.bridge));
    TRY(auto moves, open(out.options));
    TRY(nicmove::recover_moves(m_requester));
    TRY(auto links, moves.links().links());
    const auto leaving = out.how == MoveNicOut::How::rehearsed ? own_taps(links) : std::vector<std::string>{};
    TRY(auto nic, find_nic(out.bridge, links, leaving));
    TRY(auto proposed, moves.propose_out(out.bridge, nic, leaving));
    if (out.how == MoveNicOut::How::rehearsed)
      return std::optional<MovedNic>{};
    proposed.is_rollback = out.how == MoveNicOut::How::rolled_back;
    TRY(moves.make(proposed));
    if (proposed.is_rollback)
      moves.forget_last_kept();
    return moved(proposed.move);
  }

  // Safe: what is taken back is what root's own record tells of, and the policy lets the caller do to that
  // bridge what this does. A move that was cut off is taken back for whoever comes: that is its end.
  Outcome operator()(const UndoNicMove& undo) {
    TRY(m_policy.allow_nic_somewhere());
    TRY(const bool is_undone, roll_back_open_move(undo.options));
    if (is_undone)
      return std::optional<MovedNic>{};
    TRY(auto moves, open(undo.options));
    TRY(auto proposed, nicmove::propose_undo(moves, authorize()));
    TRY(moves.make(proposed));
    moves.forget_last_kept();
    return moved(proposed.move);
  }

  // Safe: the move is made and proven; the caller says that it is to stay, and could have made it.
  Outcome operator()(const ConfirmNicMove& /*confirm*/) {
    TRY(m_policy.allow_nic_somewhere());
    TRY(nicmove::confirm_move(authorize()));
    return std::optional<MovedNic>{};
  }

 private:
  /// To insist is for root: what yields to that are also rules of the packet filter, which protect others.
  /// And as long as a move is under way or waits, root's calls wait for it.
  [[nodiscard]] Result<nicmove::MoveService> open(const MoveOptions& options) {
    if (options.force)
      return fail(Error{ErrorKind::refused, m_what, "only root can insist with -f", {}});
    if (options.timeout > k_max_timeout || options.confirm.value_or(k_max_confirm) > k_max_confirm)
      return fail(Error{ErrorKind::refused,
                        m_what,
                        fmt::format("only root can have it take longer than {} s to be proven, or {} s to be "
                                    "confirmed",
                                    k_max_timeout.count(), k_max_confirm.count()),
                        {}});
    return nicmove::MoveService::open(m_requester, options);
  }

  /// The lock of the records is not held afterwards, while processes of the caller's are looked into: he can
  /// have that take as long as he likes.
  [[nodiscard]] Result<bool> roll_back_open_move(const MoveOptions& options) {
    TRY(auto moves, open(options));
    return nicmove::roll_back_open_move(moves, authorize());
  }

  [[nodiscard]] Result<> allow_both(const IfName& bridge) const {
    TRY(m_policy.allow(bridge, Right::nic));
    return m_policy.allow(bridge, Right::bridge);
  }

  [[nodiscard]] nicmove::Authorize authorize() const {
    return [this](const NicMove& move) -> Result<> {
      TRY(allow_both(move.bridge));
      return move.direction == NicMove::Direction::in ? ok() : m_policy.allow_new_bridge(move.bridge);
    };
  }

  /// The caller's TAPs by mark and owner, which are gone when the move is made; if not, it is refused then.
  [[nodiscard]] std::vector<std::string> own_taps(const std::vector<Link>& links) const {
    std::vector<std::string> names;
    for (const Link& link : links)
      if (is_own_tap(link, m_rules.caller.uid))
        names.push_back(link.name);
    return names;
  }

  [[nodiscard]] Result<IfName> find_nic(const IfName& name, const std::vector<Link>& links,
                                        const std::vector<std::string>& leaving) const {
    const auto link = std::find_if(links.begin(), links.end(),
                                   [&name](const Link& each) { return each.name == name.str(); });
    if (link == links.end())
      return fail(Error{ErrorKind::conflict, m_what, fmt::format("{} is gone", name.str()), {}});
    if (!link->is_bridge() || link->alias != bridge_mark(std::nullopt))
      return fail(Error{
          ErrorKind::refused, m_what, fmt::format("{} is no bridge that vdeup has made", name.str()), {}});
    TRY(auto bridge, to_bridge(*link, links, m_rules.host_seed));
    auto nic = nicmove::nic_in(bridge, links, leaving);
    if (!nic)
      return fail(Error{ErrorKind::refused, m_what,
                        "it has other ports than a NIC and your own TAPs, or no NIC at all",
                        fmt::format("`ip link show master {}` lists them", name.str())});
    return *std::move(nic);
  }

  const AccessRules& m_rules;
  nicmove::Requester m_requester;
  std::string m_what;
  PolicyCheck m_policy;
};

/// Check that this process is still the caller's: what is at stake is looked up from it.
Result<> check_is_callers(const Caller& caller, const std::string& what) {
  if (process::is_users(caller.process, caller.account.identity.uid))
    return ok();
  return fail(Error{ErrorKind::refused, what, "the process that asks for it is gone", {}});
}

} // namespace

Result<std::optional<MovedNic>> NicRequestHandler::execute(const NicRequest& request, Client client) const {
  const std::string what = "cannot " + describe(request);
  TRY(check_is_callers(m_caller, what));
  nicmove::Requester requester{.process = m_caller.process,
                               .home = m_caller.account.home,
                               .inform = std::move(client.tell),
                               .check_connected = std::move(client.check_connected)};
  auto outcome = std::visit(NicRequestExecution{m_rules, std::move(requester), what}, request);
  if (!outcome && outcome.error().yields_to_force())
    outcome.error().add_hint("for a NIC only root can use -f");
  return outcome;
}

} // namespace vdeup::privilege
