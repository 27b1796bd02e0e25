#include "nicmove/undo.hpp"

#include "base/text.hpp"
#include "model/nat.hpp"
#include "nicmove/watchdog_process.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::milliseconds k_between_questions{250};
constexpr std::chrono::seconds k_undo_and_answer_patience{20}; // includes the rollback

Error nothing_waits(std::string_view what) {
  return Error{ErrorKind::missing, fmt::format("cannot {}", what), "no move of a NIC waits for it",
               "`vdeup create --confirm SECONDS` makes one that does"};
}

/// Send a message to the watchdog that waits for confirmation. Returns its answer.
Result<char> ask_watchdog(char word, std::string_view what, const Authorize& authorize) {
  TRY(auto store, RecordStore::open(false));
  if (!store)
    return fail(nothing_waits(what));
  TRY(auto socket, store->connect());
  if (!socket)
    return fail(nothing_waits(what));
  TRY(auto record, store->read(RecordStore::Kind::open)); // of the move whose watchdog has let us connect
  if (!record)
    return fail(nothing_waits(what));
  TRY(authorize(record->move));
  // A watchdog that expects no confirmation answers and closes at once. Then the kernel reports ECONNRESET
  // first, and delivers the answer to the second call.
  (void)::send(socket->get(), &word, 1, MSG_NOSIGNAL);
  const Deadline deadline = Deadline::after(k_undo_and_answer_patience);
  for (int attempt = 0; attempt < 2; ++attempt) {
    pollfd waiting{socket->get(), POLLIN, 0};
    char answer = 0;
    if (::poll(&waiting, 1, deadline.poll_timeout()) > 0 && ::recv(socket->get(), &answer, 1, 0) == 1)
      return answer;
  }
  return fail(Error{ErrorKind::failed, fmt::format("cannot {}", what), "the watchdog does not answer",
                    "it takes the move back when its time is over"});
}

/// Reject the move that waits for confirmation, and wait for its rollback. False if none waits.
Result<bool> reject_move(const Authorize& authorize) {
  const auto told = ask_watchdog(line::no, "undo", authorize);
  if (!told && told.error().kind() == ErrorKind::refused)
    return fail(told.error());
  if (!told || told.value() == line::not_yet)
    return false;
  TRY(auto store, RecordStore::open(false));
  if (!store)
    return true;
  TRY(store->lock(Deadline::after(k_undo_and_answer_patience)));
  if (store->has(RecordStore::Kind::open))
    return fail(Error{ErrorKind::failed, "cannot undo the move", "not all is as it was before",
                      "repeat this: it goes on with it"});
  return true;
}

/// Compare the destination of a move with what it was when the move was proven.
Result<> check_unchanged(const MoveService& moves, const Record& record, const NicMove& now) {
  if (!record.undo)
    return ok();
  const std::string changed{trimmed(differences(record.undo->source, now.source))};
  if (changed.empty())
    return ok();
  if (moves.options().force) {
    moves.requester().inform(fmt::format("{} has changed since, and what it has now goes back:\n{}",
                                         now.source.name.str(), changed));
    return ok();
  }
  Error error{ErrorKind::refused, fmt::format("cannot undo {}", describe(record.move)),
              fmt::format("{} has changed since:\n{}", now.source.name.str(), changed),
              "repeat with -f, and what it has now goes back"};
  error.set_yields_to_force(true);
  return fail(std::move(error));
}

Result<ProposedMove> propose_inverse(const MoveService& moves, const NicMove& move) {
  const auto cannot = [&move](ErrorKind kind, std::string cause) {
    return fail(Error{kind, fmt::format("cannot undo {}", describe(move)), std::move(cause), {}});
  };
  TRY(auto bridge, moves.links().link(move.bridge));
  if (move.direction == NicMove::Direction::in && !bridge)
    return cannot(ErrorKind::missing, fmt::format("{} is gone", move.bridge.str()));
  if (move.direction == NicMove::Direction::in && bridge->alias != bridge_mark(std::nullopt))
    return cannot(ErrorKind::refused, fmt::format("{} is no bridge that vdeup has made", move.bridge.str()));
  if (move.direction == NicMove::Direction::in)
    return moves.propose_out(move.bridge, move.nic, {});
  if (bridge)
    return cannot(ErrorKind::refused, fmt::format("there is a bridge {} again", move.bridge.str()));
  TRY(auto proposed, moves.propose_in(move.bridge, move.nic));
  return *std::move(proposed); // for a named NIC there is a move or an error
}

} // namespace

Result<> confirm_move(const Authorize& authorize) {
  TRY(auto answer, ask_watchdog(line::yes, "confirm", authorize));
  if (answer == line::not_yet)
    return fail(Error{ErrorKind::failed, "cannot confirm",
                      "the move is not proven yet, or is being taken back",
                      "repeat this when it asks for it"});
  if (answer != line::kept)
    return fail(Error{ErrorKind::failed, "cannot confirm", "the move is being taken back", {}});
  return ok();
}

/// A move under way may start to wait for its confirmation, so this asks again while the records are locked.
Result<bool> roll_back_open_move(MoveService& moves, const Authorize& authorize) {
  const Deadline deadline = Deadline::after(k_lock_patience);
  for (;;) {
    TRY(auto is_rejected, reject_move(authorize));
    if (is_rejected)
      return true;
    auto recovered = moves.recover(k_between_questions);
    if (recovered || recovered.error().kind() != ErrorKind::timed_out || deadline.is_over())
      return recovered;
  }
}

Result<ProposedMove> propose_undo(const MoveService& moves, const Authorize& authorize) {
  TRY(auto record, moves.last_kept());
  if (!record)
    return fail(Error{ErrorKind::missing, "cannot undo", "no move of a NIC is on record",
                      "records are gone with the next boot, as are the moves"});
  TRY(authorize(record->move));
  TRY(auto proposed, propose_inverse(moves, record->move));
  TRY(check_unchanged(moves, *record, proposed.move));
  return proposed;
}

} // namespace vdeup::nicmove
