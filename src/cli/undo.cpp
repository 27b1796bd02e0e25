#include "nicmove/undo.hpp"

#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"

#include <fmt/format.h>

namespace vdeup::cli {
namespace {

/// Root may undo and confirm every move.
Result<> authorize_all(const NicMove& /*move*/) {
  return ok();
}

/// `plan` is null if the helper has made the move: its steps are not known here.
void report(const Invocation& call, const privilege::MovedNic& moved, const Plan* plan) {
  if (call.json) {
    auto answer = json_answer("undo");
    answer["nic"] = moved.nic.str();
    answer["bridge"] = moved.bridge.str();
    if (plan != nullptr)
      answer["plan"] = to_json(*plan);
    return print_json(answer);
  }
  if (call.dry_run && plan != nullptr)
    return call.terse ? print_plan_rows(*plan) : print_plan(*plan);
  const bool is_in = moved.direction == NicMove::Direction::in;
  if (!call.terse)
    fmt::print("{} has what {} had\n", (is_in ? moved.bridge : moved.nic).str(),
               (is_in ? moved.nic : moved.bridge).str());
}

Result<int> undo_by_helper(const Context& context, privilege::HelperClient& helper) {
  const auto tell = [&log = context.log](const std::string& text) { log.info(text); };
  TRY(auto moved, helper.execute(privilege::UndoNicMove{move_options(context.call)}, tell));
  if (moved)
    report(context.call, *moved, nullptr);
  return 0;
}

Error with_root_hint(Error error, const Wiring& wiring, std::string_view command) {
  if (error.kind() == ErrorKind::not_permitted && error.hints().empty() && wiring.helper() != nullptr)
    error.set_hints(fmt::format("run `sudo vdeup {}`", command));
  return error;
}

Result<int> undo(const Context& context, const Wiring& wiring) {
  if (wiring.helper() != nullptr && !context.call.dry_run)
    return undo_by_helper(context, *wiring.helper());
  TRY(auto moves, nicmove::MoveService::open(requester(wiring), move_options(context.call)));
  if (!context.call.dry_run) {
    TRY(auto is_undone, nicmove::roll_back_open_move(moves, authorize_all));
    if (is_undone)
      return 0;
  }
  TRY(auto proposed, nicmove::propose_undo(moves, authorize_all));
  if (!context.call.dry_run) {
    TRY(moves.make(proposed));
    moves.forget_last_kept();
  }
  const NicMove& move = proposed.move;
  report(context.call, {move.direction, move.nic, move.bridge}, &proposed.plan);
  return 0;
}

Result<int> confirm(const Wiring& wiring) {
  if (wiring.helper() == nullptr) {
    TRY(nicmove::confirm_move(authorize_all));
    return 0;
  }
  TRY(wiring.helper()->execute(privilege::ConfirmNicMove{}, [](const std::string& /*text*/) {}));
  return 0;
}

} // namespace

Result<int> confirm_command(const Context& context) {
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation));
  auto confirmed = confirm(wiring);
  return confirmed ? std::move(confirmed)
                   : fail(with_root_hint(std::move(confirmed).error(), wiring, "confirm"));
}

Result<int> undo_command(const Context& context) {
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation));
  auto undone = undo(context, wiring);
  return undone ? std::move(undone)
                : fail(with_root_hint(std::move(undone).error(), wiring,
                                      context.call.dry_run ? "undo --dry-run" : "undo"));
}

} // namespace vdeup::cli
