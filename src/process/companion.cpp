#include "process/companion.hpp"

#include "base/signal_hold.hpp"
#include "base/text.hpp"

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace vdeup::process {
namespace {

constexpr std::chrono::seconds k_end_timeout{2};

struct Ends {
  UniqueFd ours;
  UniqueFd theirs;
};

Result<Ends> make_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return fail(errno_error(errno, "cannot make a channel"));
  // Above the standard streams, which the child puts in their places one after the other.
  TRY(auto ours, move_above(UniqueFd{ends[0]}, STDERR_FILENO + 1));
  TRY(auto theirs, move_above(UniqueFd{ends[1]}, STDERR_FILENO + 1));
  return Ends{std::move(ours), std::move(theirs)};
}

/// In the child, whose memory is a copy of ours: there is no other thread that could have held a lock.
[[noreturn]] void become(const Command& command, Terminal terminal, int channel, int errors) {
  restore_signals();
  if (terminal == Terminal::none)
    (void)::setsid();
  const UniqueFd nowhere{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (::dup2(channel, STDIN_FILENO) < 0 || ::dup2(nowhere.get(), STDOUT_FILENO) < 0 ||
      (errors >= 0 && ::dup2(errors, STDERR_FILENO) < 0) || ::chdir("/") < 0 ||
      ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
    ::_exit(1);
  std::vector<std::string> argv{command.program};
  argv.insert(argv.end(), command.args.begin(), command.args.end());
  const std::string text = exec_in_place(command.program, argv, command.environment).message();
  (void)!::write(STDERR_FILENO, text.data(), text.size());
  constexpr int not_executed = 126;
  ::_exit(not_executed);
}

} // namespace

Result<Companion> Companion::start(const Command& command, Terminal terminal) {
  TRY(auto channel, make_channel());
  UniqueFd errors;
  if (terminal != Terminal::shared) {
    UniqueFd memory{::memfd_create("errors", MFD_CLOEXEC)};
    if (!memory)
      return fail(errno_error(errno, "cannot start a process"));
    TRY(errors, move_above(std::move(memory), STDERR_FILENO + 1));
  }
  const pid_t pid = ::fork();
  if (pid == 0)
    become(command, terminal, channel.theirs.get(), errors.get());
  if (pid < 0)
    return fail(errno_error(errno, "cannot start a process"));
  return Companion{std::move(channel.ours), std::move(errors), UniqueFd{::pidfd_open(pid, 0)}, pid};
}

Companion::Companion(Companion&& other) noexcept
    : m_channel(std::move(other.m_channel)),
      m_errors(std::move(other.m_errors)),
      m_process(std::move(other.m_process)),
      m_pid(std::exchange(other.m_pid, 0)) {}

Companion& Companion::operator=(Companion&& other) noexcept {
  finish();
  m_channel = std::move(other.m_channel);
  m_errors = std::move(other.m_errors);
  m_process = std::move(other.m_process);
  m_pid = std::exchange(other.m_pid, 0);
  return *this;
}

Companion::~Companion() {
  finish();
}

std::string Companion::complaint() const {
  std::array<char, 4096> text{};
  const ssize_t size = m_errors ? ::pread(m_errors.get(), text.data(), text.size(), 0) : 0;
  std::string_view rest{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  std::string_view line;
  while (line.empty() && !rest.empty())
    line = trimmed(take_part(rest, '\n'));
  return std::string{line};
}

void Companion::finish() {
  m_channel.reset();
  if (m_pid <= 0)
    return;
  pollfd ended{m_process.get(), POLLIN, 0};
  const auto deadline = Deadline::after(k_end_timeout);
  while (::poll(&ended, 1, deadline.poll_timeout()) < 0 && errno == EINTR) {
  }
  if (::waitpid(m_pid, nullptr, WNOHANG) == 0)
    (void)::kill(m_pid, SIGTERM); // not allowed if it is root's, who then ends by itself
  m_pid = 0;
}

} // namespace vdeup::process
