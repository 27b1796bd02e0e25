#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "nicmove/hosts.hpp"
#include "nicmove/record_store.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>

namespace vdeup::nicmove {

/// What a watchdog is told before it begins.
struct Watch {
  const RecordStore& store; ///< locked; the watchdog's copy of the lock holds after our end
  const NicMove& move;
  const std::vector<ManagerStep>& told; ///< as in the record
  const OpenHosts& open_hosts;
  std::chrono::milliseconds guard; ///< from the start on; then we count as stuck
  UniqueFd confirmations{};        ///< where `vdeup confirm` comes in, if the move is to be confirmed
};

/// A process that takes a move back unless it is told in time to keep it (a dead man's switch).
///
/// It has a session of its own and ignores the signals that end ours, has its memory in RAM, its sockets open
/// and all that it needs to know before the first change, and keeps nothing of its parent open but the lock.
/// It acts when we die, at whatever point; when the guard is over, and then it ends us first; and when the
/// confirmation that it waits for does not come.
class Watchdog {
 public:
  /// Returns when the watchdog watches. Threading: fork(2) from the only thread.
  [[nodiscard]] static Result<Watchdog> start(Watch watch);

  Watchdog(Watchdog&& other) noexcept;
  Watchdog& operator=(Watchdog&&) = delete;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// As hand_over().
  ~Watchdog();

  [[nodiscard]] pid_t pid() const { return m_pid; }

  /// The move is proven: keep it. From the moment that this succeeds nobody takes it back by himself.
  /// Errors: failed if the watchdog is gone.
  [[nodiscard]] Result<> keep();

  /// The move is proven, and its user is to say within `patience` whether it is to be kept. Returns when he
  /// has said so; `on_wait` is told when it can be said. From then on our end is no reason to take it back:
  /// the login that he worked in may have died of the move, and he may come by another one. Errors: refused
  /// if he said no; timed_out if he said nothing; failed if the watchdog is gone or a signal asks us to end.
  /// Then the move is ours to undo.
  [[nodiscard]] Result<> wait_for_confirmation(std::chrono::seconds patience,
                                               const std::function<void(std::chrono::seconds)>& on_wait);

  /// All is undone: there is nothing to watch any more.
  void dismiss();

  /// Leave it to the watchdog to take the move back, and wait until it has tried. True if it is done.
  [[nodiscard]] bool hand_over();

 private:
  Watchdog(UniqueFd line, pid_t pid) : m_line(std::move(line)), m_pid(pid) {}
  /// The watchdog's next word. Errors: failed if it is gone, or if a signal asks us to end.
  [[nodiscard]] Result<char> hear(const Deadline& deadline, bool heed_signals) const;
  [[nodiscard]] Result<> say(std::string_view words) const;
  bool wait_for_end();

  UniqueFd m_line; ///< to the watchdog; its end tells it of ours
  pid_t m_pid = -1;
};

} // namespace vdeup::nicmove
