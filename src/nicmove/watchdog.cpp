#include "nicmove/watchdog.hpp"

#include "base/signal_hold.hpp"
#include "nicmove/watchdog_process.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::seconds k_start_patience{5};
constexpr std::chrono::seconds k_answer_patience{5};
constexpr std::chrono::seconds k_end_patience{20}; // a rollback takes milliseconds

Error gone_error() {
  return Error{ErrorKind::failed, "cannot keep the move", "its watchdog is gone", {}};
}

/// Wait until there is something to read, or until a signal asks this process to end.
enum class Woken { by_line, by_signal, by_deadline };
Woken wait_for_line(int line, const Deadline& deadline, bool heed_signals) {
  sigset_t asking{};
  ::sigemptyset(&asking);
  if (heed_signals)
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT}) // not HUP, which a move over ssh may cause
      ::sigaddset(&asking, signal);
  const UniqueFd signals{::signalfd(-1, &asking, SFD_CLOEXEC)}; // polled, never read
  std::array<pollfd, 2> waiting{pollfd{line, POLLIN, 0}, pollfd{signals.get(), POLLIN, 0}};
  while (!deadline.is_over()) {
    if (::poll(waiting.data(), waiting.size(), deadline.poll_timeout()) <= 0)
      continue;
    return waiting[0].revents != 0 ? Woken::by_line : Woken::by_signal;
  }
  return Woken::by_deadline;
}

Result<char> read_answer(int line) {
  char answer = 0;
  if (::recv(line, &answer, 1, 0) != 1)
    return fail(gone_error());
  return answer;
}

} // namespace

Result<Watchdog> Watchdog::start(WatchdogTask task) {
  const std::string what = "cannot start the watchdog of the move";
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return fail(errno_error(errno, what));
  UniqueFd ours{ends[0]};
  UniqueFd its{ends[1]};
  UniqueFd mover{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
  if (!mover)
    return fail(errno_error(errno, what));
  const pid_t pid = ::fork();
  if (pid < 0)
    return fail(errno_error(errno, what));
  if (pid == 0) {
    ours.reset();
    run_watchdog(std::move(task), std::move(its), std::move(mover));
  }
  its.reset();
  Watchdog watchdog{std::move(ours), pid};
  if (wait_for_line(watchdog.m_line.get(), Deadline::after(k_start_patience), false) == Woken::by_line) {
    const auto answer = read_answer(watchdog.m_line.get());
    if (answer && answer.value() == line::ready)
      return watchdog;
  }
  return fail(Error{ErrorKind::failed, what, "it did not begin to watch", {}});
}

Watchdog::Watchdog(Watchdog&& other) noexcept
    : m_line(std::move(other.m_line)), m_pid(std::exchange(other.m_pid, -1)) {}

Watchdog::~Watchdog() {
  if (m_pid > 0)
    (void)roll_back();
}

Result<> Watchdog::send(std::string_view words) const {
  if (::send(m_line.get(), words.data(), words.size(), MSG_NOSIGNAL) < 0)
    return fail(gone_error());
  return ok();
}

Result<char> Watchdog::receive(const Deadline& deadline, bool heed_signals) const {
  switch (wait_for_line(m_line.get(), deadline, heed_signals)) {
  case Woken::by_line:
    return read_answer(m_line.get());
  case Woken::by_signal:
    return fail(Error{ErrorKind::failed, "interrupted", {}, {}});
  case Woken::by_deadline:
    break;
  }
  return fail(Error{ErrorKind::failed, "cannot keep the move", "its watchdog does not answer", {}});
}

Result<> Watchdog::keep() {
  TRY(send({&line::keep, 1}));
  TRY(auto answer, receive(Deadline::after(k_answer_patience), false));
  if (answer != line::kept)
    return fail(gone_error());
  (void)wait_for_end();
  return ok();
}

Result<> Watchdog::wait_for_confirmation(std::chrono::seconds patience,
                                         const std::function<void(std::chrono::seconds)>& on_wait) {
  TRY(send(fmt::format("{}{}", line::await, patience.count())));
  on_wait(patience);
  auto received = receive(Deadline::after(patience + k_answer_patience), true);
  const int signal = SignalHold::arrived();
  if (!received && signal != 0) { // it may have been confirmed at this moment: the watchdog knows
    TRY(send({&line::no, 1}));
    received = receive(Deadline::after(k_answer_patience), false);
  }
  TRY(auto answer, std::move(received));
  if (answer == line::kept) {
    (void)wait_for_end();
    return ok();
  }
  if (signal != 0)
    return fail(Error{ErrorKind::failed, "interrupted", ::strsignal(signal), {}});
  if (answer == line::rejected)
    return fail(Error{ErrorKind::refused, "the move was not confirmed", "`vdeup undo` was called", {}});
  return fail(Error{ErrorKind::timed_out,
                    "the move was not confirmed",
                    fmt::format("no `vdeup confirm` came within {} s", patience.count()),
                    {}});
}

void Watchdog::dismiss() {
  (void)::send(m_line.get(), &line::undone, 1, MSG_NOSIGNAL);
  (void)wait_for_end();
}

bool Watchdog::roll_back() {
  m_line.reset();
  return wait_for_end();
}

bool Watchdog::wait_for_end() {
  const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0))};
  pollfd ended{process.get(), POLLIN, 0};
  const Deadline deadline = Deadline::after(k_end_patience);
  while (::poll(&ended, 1, deadline.poll_timeout()) < 0 && errno == EINTR && !deadline.is_over())
    ;
  int status = 0;
  const pid_t reaped = ::waitpid(std::exchange(m_pid, -1), &status, WNOHANG);
  return reaped > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace vdeup::nicmove
