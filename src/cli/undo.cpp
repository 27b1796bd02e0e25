#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/nic_moves.hpp"
#include "cli/output.hpp"
#include "model/interpret.hpp"
#include "transaction/watchdog_line.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace vdeup::cli {
namespace {

namespace line = transaction::line;
using transaction::RecordStore;

constexpr std::chrono::milliseconds k_between_questions{250};
constexpr std::chrono::seconds k_answer_patience{20}; // a move is undone in that time, too

Error nothing_to(std::string_view what) {
  return Error{ErrorKind::missing, fmt::format("cannot {}", what), "no move of a NIC waits for it",
               "`vdeup create --confirm SECONDS` makes one that does"};
}

/// Say a word to the watchdog that waits for one; its answer.
Result<char> tell_watchdog(char word, std::string_view what) {
  TRY(auto store, RecordStore::open(false));
  if (!store)
    return fail(nothing_to(what));
  auto socket = store->connect();
  if (!socket)
    return fail(socket.error().kind == ErrorKind::missing ? nothing_to(what) : std::move(socket).error());
  pollfd waiting{socket.value().get(), POLLIN, 0};
  const Deadline deadline = Deadline::after(k_answer_patience);
  char answer = 0;
  if (::send(socket.value().get(), &word, 1, MSG_NOSIGNAL) != 1 ||
      ::poll(&waiting, 1, deadline.poll_timeout()) <= 0 || ::recv(socket.value().get(), &answer, 1, 0) != 1)
    return fail(Error{ErrorKind::failed, fmt::format("cannot {}", what), "the watchdog does not answer",
                      "it takes the move back when its time is over"});
  return answer;
}

/// Take back the move that waits for its confirmation, and wait until that is done. False if none waits.
Result<bool> refuse_waiting_move() {
  if (!tell_watchdog(line::no, "undo"))
    return false;
  TRY(auto store, RecordStore::open(false));
  if (!store)
    return true;
  TRY(store->lock(Deadline::after(k_answer_patience)));
  if (store->has(RecordStore::Kind::open))
    return fail(Error{ErrorKind::failed, "cannot undo the move", "not all is as it was before",
                      "repeat this: it goes on with it"});
  return true;
}

/// Take back what is waited for, or was cut off. A move that is still under way may come to wait: so it is
/// asked again while its lock is held. True if that was the last move.
Result<bool> undo_open_move(NicMoves& moves) {
  const Deadline deadline = Deadline::after(k_lock_patience);
  for (;;) {
    TRY(auto is_refused, refuse_waiting_move());
    if (is_refused)
      return true;
    auto settled = moves.settle(k_between_questions);
    if (settled || settled.error().kind != ErrorKind::timed_out || deadline.is_over())
      return settled;
  }
}

/// Where the NIC of a record went, as it is now, against how it was when the move was proven.
Result<> check_unchanged(const transaction::Record& record, const NicMove& now, bool force, const Log& log) {
  if (!record.back)
    return ok();
  const std::string changed{trimmed(differences(record.back->source, now.source))};
  if (changed.empty())
    return ok();
  if (force) {
    log.info(fmt::format("{} has changed since, and what it has now goes back:\n{}", now.source.name.str(),
                         changed));
    return ok();
  }
  return fail(Error{ErrorKind::refused, fmt::format("cannot undo {}", describe(record.move)),
                    fmt::format("{} has changed since:\n{}", now.source.name.str(), changed),
                    "repeat with -f, and what it has now goes back"});
}

Result<ProposedMove> propose_back(const Context& context, const Wiring& wiring, const NicMoves& moves,
                                  const transaction::Record& record) {
  const NicMove& move = record.move;
  if (move.direction == NicMove::Direction::in) {
    TRY(auto link, wiring.host().links.link(move.bridge));
    if (!link)
      return fail(Error{ErrorKind::missing,
                        fmt::format("cannot undo {}", describe(move)),
                        fmt::format("{} is gone", move.bridge.str()),
                        {}});
    TRY(auto bridge, to_bridge(*link, {}, wiring.host_seed()));
    return moves.propose_out(bridge, move.nic, {});
  }
  TRY(auto request, make_request(context.call, context.files));
  request.interface = move.nic;
  request.bridge = move.bridge;
  request.may_move_nic = true;
  TRY(auto situation, look(wiring, request));
  TRY(auto proposed, moves.propose_in(request, situation));
  if (!proposed)
    return fail(Error{ErrorKind::refused,
                      fmt::format("cannot undo {}", describe(move)),
                      fmt::format("there is a bridge {} again", move.bridge.str()),
                      {}});
  return *std::move(proposed);
}

void report(const Invocation& call, const ProposedMove& proposed) {
  if (call.json) {
    auto answer = json_answer("undo");
    answer["nic"] = proposed.move.nic.str();
    answer["bridge"] = proposed.move.bridge.str();
    answer["plan"] = to_json(proposed.plan);
    return print_json(answer);
  }
  if (call.dry_run)
    return call.terse ? print_plan_rows(proposed.plan) : print_plan(proposed.plan);
  if (!call.terse)
    fmt::print("{} has what {} had\n", proposed.destination().str(), proposed.move.source.name.str());
}

} // namespace

Result<int> confirm_command(const Context& /*context*/) {
  TRY(auto answer, tell_watchdog(line::yes, "confirm"));
  if (answer != line::kept)
    return fail(Error{ErrorKind::failed, "cannot confirm", "the move is being taken back", {}});
  return 0;
}

Result<int> undo_command(const Context& context) {
  TRY(auto wiring, Wiring::connect(context.log));
  TRY(auto moves, NicMoves::open(context, wiring));
  if (!context.call.dry_run) {
    TRY(auto is_undone, undo_open_move(moves));
    if (is_undone)
      return 0;
  }
  TRY(auto record, moves.last());
  if (!record)
    return fail(Error{ErrorKind::missing, "cannot undo", "no move of a NIC is on record",
                      "records are gone with the next boot, as are the moves"});
  TRY(auto proposed, propose_back(context, wiring, moves, *record));
  TRY(check_unchanged(*record, proposed.move, context.call.force, context.log));
  if (!context.call.dry_run) {
    TRY(moves.make(proposed));
    moves.forget_last();
  }
  report(context.call, proposed);
  return 0;
}

} // namespace vdeup::cli
