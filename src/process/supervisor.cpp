#include "process/supervisor.hpp"

#include "base/text.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace vdeup::process {
namespace {

/// Those that people and systems send to a VM. Stopping and going on is left to the kernel: the terminal
/// stops the whole process group, and the shell sees us stop.
constexpr std::array k_passed_on{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

sigset_t watched_signals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : k_passed_on)
    sigaddset(&watched, signal);
  sigaddset(&watched, SIGCHLD);
  return watched;
}

/// What the child tells its parent when it could not become the program.
struct ExecFailure {
  ErrorKind kind = ErrorKind::failed;
  std::array<char, 120> cause{};
};

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment, int report_fd) {
  const Error error = exec_in_place(program, argv, environment);
  ExecFailure failure{error.kind()};
  (void)error.cause().copy(failure.cause.data(), failure.cause.size() - 1);
  (void)!::write(report_fd, &failure, sizeof(failure));
  ::_exit(1);
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0)
    return fail(errno_error(errno, "cannot make a pipe"));
  return Pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// Nothing to read means that exec has closed the pipe.
std::optional<ExecFailure> read_failure(int fd) {
  ExecFailure failure;
  ssize_t size = 0;
  while ((size = ::read(fd, &failure, sizeof(failure))) < 0 && errno == EINTR) {
  }
  return size == static_cast<ssize_t>(sizeof(failure)) ? std::optional{failure} : std::nullopt;
}

/// True if the child has not got this signal, too, from whom we have it.
bool is_for_us_alone(const signalfd_siginfo& info) {
  if (info.ssi_code <= 0)
    return true; // SI_USER, SI_QUEUE, SI_TKILL: from a process; the kernel's are positive
  // A terminal that hangs up tells the leader of its session and nobody else (tty_signal_session_leader).
  return static_cast<int>(info.ssi_signo) == SIGHUP && ::getsid(0) == ::getpid();
}

} // namespace

Result<Supervisor> Supervisor::start(const std::string& program, const std::vector<std::string>& argv,
                                     const std::vector<std::string>& environment) {
  const sigset_t watched = watched_signals();
  sigset_t former{};
  UniqueFd signals{::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals)
    return fail(errno_error(errno, "cannot watch for signals"));
  TRY(auto report, make_pipe());
  (void)::sigprocmask(SIG_BLOCK, &watched, &former);  // from before the fork: none is lost
  const auto former_end = ::signal(SIGCHLD, SIG_DFL); // where it is ignored nobody hears of an end (wait(2))
  const pid_t pid = ::fork();
  if (pid == 0) {
    (void)::signal(SIGCHLD, former_end);
    (void)::sigprocmask(SIG_SETMASK, &former, nullptr);
    become(program, argv, environment, report.write_end.get());
  }
  const int error_number = errno;
  UniqueFd child{pid < 0 ? -1 : ::pidfd_open(pid, 0)};
  report.write_end.reset();
  if (!child) {
    (void)::sigprocmask(SIG_SETMASK, &former, nullptr);
    return fail(errno_error(error_number, "cannot start a process"));
  }
  if (const auto failure = read_failure(report.read_end.get())) {
    (void)::waitpid(pid, nullptr, 0);
    (void)::sigprocmask(SIG_SETMASK, &former, nullptr);
    return fail(
        Error{failure->kind, fmt::format("cannot run '{}'", printable(program)), failure->cause.data(), {}});
  }
  return Supervisor{std::move(signals), std::move(child), pid};
}

std::optional<ProgramEnd> Supervisor::handle() {
  signalfd_siginfo info{};
  bool has_ended = false;
  while (::read(m_signals.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD)
      has_ended = true;
    else if (is_for_us_alone(info))
      (void)::pidfd_send_signal(m_child.get(), signal, nullptr, 0);
  }
  return has_ended ? reap() : std::nullopt;
}

std::optional<ProgramEnd> Supervisor::reap() const {
  int native = 0;
  if (::waitpid(m_pid, &native, WNOHANG) != m_pid)
    return std::nullopt; // it was stopped or goes on
  if (WIFSIGNALED(native))
    return ProgramEnd{.signal = WTERMSIG(native)};
  return ProgramEnd{.status = WEXITSTATUS(native)};
}

void end_like(const ProgramEnd& end) {
  (void)std::fflush(nullptr);
  if (end.signal == 0)
    std::_Exit(end.status);
  const rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, end.signal);
  (void)::signal(end.signal, SIG_DFL);
  (void)::raise(end.signal);
  (void)::sigprocmask(SIG_UNBLOCK, &mask, nullptr);
  constexpr int signal_base = 128;
  std::_Exit(signal_base + end.signal); // it does not end a process by default
}

} // namespace vdeup::process
