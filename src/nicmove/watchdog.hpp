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

/// What a watchdog needs to know before it starts.
struct WatchdogTask {
  const RecordStore& store; ///< locked; the watchdog's copy keeps the lock after the end of the mover
  const NicMove& move;
  const std::vector<ManagerStep>& told_managers; ///< as in the record
  const OpenHosts& open_hosts;
  std::chrono::milliseconds timeout; ///< after it the mover counts as stuck
  UniqueFd confirmations{};          ///< socket for `vdeup confirm`, if the move needs confirmation
};

/// A process that rolls a move back unless it is told in time to keep it (a dead man's switch).
///
/// It has its own session and ignores the signals that end the mover. Its memory is locked, its sockets are
/// open, and it closes all descriptors of the mover except the lock. It rolls back when the mover dies, when
/// the timeout is over (after killing the mover), and when the confirmation does not come.
class Watchdog {
 public:
  /// Returns when the watchdog watches. Threading: fork(2) from the only thread.
  [[nodiscard]] static Result<Watchdog> start(WatchdogTask task);

  Watchdog(Watchdog&& other) noexcept;
  Watchdog& operator=(Watchdog&&) = delete;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// As roll_back().
  ~Watchdog();

  [[nodiscard]] pid_t pid() const { return m_pid; }

  /// Keep the proven move. After success nobody rolls it back. Errors: failed if the watchdog is gone.
  [[nodiscard]] Result<> keep();

  /// Wait until the user confirms the proven move; `on_wait` is called when the watchdog accepts
  /// confirmations. From then on the end of the mover does not roll back: the move may have broken the login
  /// that runs it, and the user may confirm from another one.
  /// Errors: refused if the user rejects the move; timed_out after `patience`; failed if the watchdog is gone
  /// or a signal asks the mover to end. Then the mover has to undo the move.
  [[nodiscard]] Result<> wait_for_confirmation(std::chrono::seconds patience,
                                               const std::function<void(std::chrono::seconds)>& on_wait);

  /// The mover has undone the move: end the watchdog.
  void dismiss();

  /// Have the watchdog roll back, and wait for it. Returns whether it succeeded.
  [[nodiscard]] bool roll_back();

 private:
  Watchdog(UniqueFd line, pid_t pid) : m_line(std::move(line)), m_pid(pid) {}
  /// Receive a message. Errors: failed if the watchdog is gone, or if a signal asks the mover to end.
  [[nodiscard]] Result<char> receive(const Deadline& deadline, bool heed_signals) const;
  [[nodiscard]] Result<> send(std::string_view message) const;
  bool wait_for_end();

  UniqueFd m_line; ///< to the watchdog; closing it starts the rollback
  pid_t m_pid = -1;
};

} // namespace vdeup::nicmove
