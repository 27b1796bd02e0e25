#include "nicmove/watchdog_process.hpp"

#include "base/number.hpp"
#include "base/undisturbed.hpp"
#include "nicmove/rollback.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <vector>

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::seconds k_undo_patience{10}; // for a mover that was told to undo
constexpr std::chrono::seconds k_max_wait{24 * 3600};
constexpr std::chrono::milliseconds k_reply_patience{200};
constexpr int k_success = 0;
constexpr int k_not_rolled_back = 1;

/// Leave the terminal, the session and the directory of the parent, and be the last victim of the OOM killer.
void detach() {
  run_undisturbed();
  (void)::setsid();
  (void)::prctl(PR_SET_NAME, "vdeup-watchdog");
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU})
    (void)::signal(signal, SIG_IGN);
  (void)::chdir("/");
  // A reader of the parent's output must not wait for this process.
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    (void)::dup2(null, standard);
  const UniqueFd score{::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)};
  constexpr std::string_view last = "-1000";
  (void)!::write(score.get(), last.data(), last.size());
}

/// Close the descriptors of the parent except these: they would keep its locks and pipes.
void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned first = STDERR_FILENO + 1;
  for (const int next : kept) {
    const auto number = static_cast<unsigned>(next);
    if (next < 0 || number < first)
      continue;
    if (number > first)
      (void)::close_range(first, number - 1, 0);
    first = number + 1;
  }
  (void)::close_range(first, ~0U, 0);
}

class Loop {
 public:
  Loop(WatchdogTask& task, MoveHosts hosts, int line, int mover)
      : m_task(task),
        m_hosts(std::move(hosts)),
        m_line(line),
        m_mover(mover),
        m_deadline(Deadline::after(task.timeout)) {}

  int run() {
    send(m_line, line::ready);
    while (!m_is_over) {
      if (m_deadline.is_over())
        handle_deadline();
      else
        handle_events();
    }
    if (m_task.confirmations)
      m_task.store.remove_confirm_socket();
    return m_status;
  }

 private:
  static void send(int socket, char message) { (void)::send(socket, &message, 1, MSG_NOSIGNAL); }

  void handle_events() {
    // poll(2) ignores negative descriptors.
    std::array<pollfd, 2> waiting{
        pollfd{m_is_mover_gone ? -1 : m_line, POLLIN, 0},
        pollfd{m_task.confirmations.get(), POLLIN, 0},
    };
    if (::poll(waiting.data(), waiting.size(), m_deadline.poll_timeout()) <= 0)
      return;
    if (waiting[0].revents != 0)
      handle_mover();
    else if (waiting[1].revents != 0)
      handle_confirmation();
  }

  void handle_mover() {
    std::array<char, 16> message{};
    const ssize_t size = ::recv(m_line, message.data(), message.size(), MSG_DONTWAIT);
    if (size <= 0) {
      m_is_mover_gone = true;
      if (!m_is_waiting)
        roll_back_now("its process is gone");
    } else if (message[0] == line::keep) {
      keep();
    } else if (message[0] == line::undone) {
      m_is_over = true;
    } else if (message[0] == line::no) {
      give_up(line::rejected, "its user does not want it");
    } else if (message[0] == line::await) {
      begin_to_wait({message.data() + 1, static_cast<std::size_t>(size - 1)});
    }
  }

  void begin_to_wait(std::string_view seconds) {
    const auto patience = parse_number<unsigned>(seconds).value_or(0);
    m_is_waiting = true;
    m_deadline = Deadline::after(std::min<std::chrono::seconds>(std::chrono::seconds{patience}, k_max_wait));
  }

  /// Only root and the mover's user can connect, by the modes of file and directory. Checked again here.
  void handle_confirmation() {
    const UniqueFd caller{::accept4(m_task.confirmations.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    ucred who{};
    socklen_t size = sizeof(who);
    if (!caller || ::getsockopt(caller.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 ||
        (who.uid != 0 && who.uid != ::geteuid()))
      return;
    if (!m_is_waiting) // an answer given now must not count later
      return send(caller.get(), line::not_yet);
    pollfd waiting{caller.get(), POLLIN, 0};
    char word = 0;
    if (::poll(&waiting, 1, static_cast<int>(k_reply_patience.count())) <= 0 ||
        ::recv(caller.get(), &word, 1, MSG_DONTWAIT) != 1)
      return;
    if (word == line::yes)
      keep();
    else if (word == line::no)
      give_up(line::rejected, "its user does not want it");
    else
      return;
    send(caller.get(), m_is_kept ? line::kept : line::rejected);
  }

  void keep() {
    if (!m_task.store.keep())
      return; // the mover gets no answer and undoes it
    m_is_kept = m_is_over = true;
    send(m_line, line::kept);
  }

  void handle_deadline() {
    if (m_is_waiting)
      return give_up(line::expired, "it was not confirmed in time");
    if (!m_is_mover_gone) { // it is stuck, and two processes must not change the NIC
      (void)::syscall(SYS_pidfd_send_signal, m_mover, SIGKILL, nullptr, 0);
      pollfd ended{m_mover, POLLIN, 0};
      (void)::poll(&ended, 1, -1); // SIGKILL cannot be ignored
    }
    roll_back_now("it was not proven in time");
  }

  /// The move is not confirmed. The mover undoes it, if it lives.
  void give_up(char message, const char* reason) {
    m_is_waiting = false;
    if (m_is_mover_gone)
      return roll_back_now(reason);
    send(m_line, message);
    m_deadline = Deadline::after(k_undo_patience);
  }

  void roll_back_now(const char* reason) {
    const auto failures = roll_back(m_hosts, m_task.move);
    m_is_over = true;
    m_status = failures.empty() && m_task.store.note_rolled_back() ? k_success : k_not_rolled_back;
    // Managers may make this wait: the kernel is restored by now.
    auto manager_failures = tell_managers(m_hosts, inverse(m_task.told_managers));
    ::openlog("vdeup", LOG_PID, LOG_DAEMON);
    ::syslog(LOG_WARNING, "the move of %s %s %s was taken back: %s", m_task.move.nic.str().c_str(),
             m_task.move.direction == NicMove::Direction::in ? "into" : "out of",
             m_task.move.bridge.str().c_str(), reason);
    for (const Error& failure : manager_failures)
      ::syslog(LOG_WARNING, "%s", failure.message().c_str());
    for (const std::string& failure : failures)
      ::syslog(LOG_ERR, "not as it was: %s", failure.c_str());
  }

  WatchdogTask& m_task;
  MoveHosts m_hosts;
  int m_line;
  int m_mover;
  Deadline m_deadline;
  bool m_is_waiting = false;
  bool m_is_mover_gone = false;
  bool m_is_kept = false;
  bool m_is_over = false;
  int m_status = k_success;
};

} // namespace

void run_watchdog(WatchdogTask task, UniqueFd line, UniqueFd mover) {
  detach();
  close_all_but({task.store.directory_descriptor(), task.store.lock_descriptor(), task.confirmations.get(),
                 line.get(), mover.get()});
  auto hosts = task.open_hosts();
  if (!hosts)
    ::_exit(k_not_rolled_back);
  (void)::mlockall(MCL_CURRENT | MCL_FUTURE); // without permission the watchdog is as safe as the mover
  ::_exit(Loop{task, std::move(hosts).value(), line.get(), mover.get()}.run());
}

} // namespace vdeup::nicmove
