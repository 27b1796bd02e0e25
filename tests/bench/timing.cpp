#include "bench/timing.hpp"

#include <fmt/format.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

using vdeup::Deadline;
using vdeup::UniqueFd;

constexpr const char* k_words_file = "/var/tmp/words"; // of the lab, so gone at the end
constexpr int k_report_fd = 200;                       // out of the way of what launchers number themselves
constexpr int k_hold_fd = 201;
constexpr std::chrono::seconds k_patience{20};
constexpr std::chrono::seconds k_patience_to_end{3}; // vdeq misses the end of its child now and then
constexpr double k_ns_per_us = 1000.0;

std::int64_t now_ns() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::vector<char*> to_pointers(const Words& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words)
    pointers.push_back(const_cast<char*>(word.c_str())); // exec does not write to them
  pointers.push_back(nullptr);
  return pointers;
}

std::array<UniqueFd, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0)
    throw std::runtime_error("cannot make a pipe");
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// What the child finds open: nothing to read, a file for its words, the pipes of report.h.
class Descriptors {
 public:
  Descriptors(int report_fd, int hold_fd) {
    ::posix_spawn_file_actions_init(&m_actions);
    ::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&m_actions, STDOUT_FILENO, k_words_file, O_WRONLY | O_CREAT | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&m_actions, STDOUT_FILENO, STDERR_FILENO);
    ::posix_spawn_file_actions_adddup2(&m_actions, report_fd, k_report_fd);
    if (hold_fd >= 0)
      ::posix_spawn_file_actions_adddup2(&m_actions, hold_fd, k_hold_fd);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() { ::posix_spawn_file_actions_destroy(&m_actions); }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &m_actions; }

 private:
  posix_spawn_file_actions_t m_actions{};
};

void set_environment(bool holds) {
  ::setenv(VM_REPORT_FD, std::to_string(k_report_fd).c_str(), 1);
  if (holds)
    ::setenv(VM_HOLD_FD, std::to_string(k_hold_fd).c_str(), 1);
  else
    ::unsetenv(VM_HOLD_FD);
}

bool wait_readable(int fd, const Deadline& deadline) {
  pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
  int ready = 0;
  do
    ready = ::poll(&wanted, 1, deadline.poll_timeout());
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string shown(const Words& line) {
  std::string text;
  for (const std::string& word : line)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

[[noreturn]] void give_up(const Words& line, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}\n{}", shown(line), what, last_words()));
}

/// Carries one fork event of a traced process tree after the other.
class Tracer {
 public:
  explicit Tracer(pid_t first) : m_first(first) {}

  /// Follow all of them until the first one has ended.
  int forks(const Deadline& deadline) {
    constexpr int options =
        PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    int status = 0;
    if (::waitpid(m_first, &status, 0) != m_first || !WIFSTOPPED(status) ||
        ::ptrace(PTRACE_SETOPTIONS, m_first, nullptr, options) < 0)
      return -1;
    go_on(m_first, 0);
    while (!deadline.is_over()) {
      const pid_t pid = ::waitpid(-1, &status, WNOHANG | __WALL);
      if (pid <= 0)
        ::usleep(200);
      else if (WIFSTOPPED(status))
        look_at(pid, status);
      else if (pid == m_first)
        return m_forks;
    }
    return -1;
  }

 private:
  void look_at(pid_t pid, int status) {
    const int event = status >> 16;
    m_forks += event != 0 ? 1 : 0;
    // Stops that tracing itself brings about are not for the process to see.
    const int signal = WSTOPSIG(status);
    go_on(pid, event != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal);
  }
  static void go_on(pid_t pid, int signal) {
    (void)::ptrace(PTRACE_CONT, pid, nullptr, static_cast<long>(signal));
  }

  pid_t m_first;
  int m_forks = 0;
};

} // namespace

double Series::quantile(double part) const {
  auto sorted = m_values;
  std::sort(sorted.begin(), sorted.end());
  return sorted.at(static_cast<std::size_t>(std::lround(part * static_cast<double>(sorted.size() - 1))));
}

Child::Child(const Words& line, int hold_fd) {
  auto [reading_end, writing_end] = make_pipe();
  const Descriptors descriptors{writing_end.get(), hold_fd};
  const auto argv = to_pointers(line);
  set_environment(hold_fd >= 0);
  m_started_ns = now_ns(); // NOLINT(cppcoreguidelines-prefer-member-initializer): here the time begins
  if (::posix_spawnp(&m_pid, argv[0], descriptors.get(), nullptr, argv.data(), environ) != 0)
    give_up(line, "cannot be started");
  m_pidfd = UniqueFd{::pidfd_open(m_pid, 0)};
  m_report = std::move(reading_end);
}

std::optional<vm_report> Child::report(const Deadline& deadline) {
  vm_report report{};
  if (!wait_readable(m_report.get(), deadline) ||
      ::read(m_report.get(), &report, sizeof(report)) != static_cast<ssize_t>(sizeof(report)))
    return std::nullopt;
  return report;
}

int Child::finish(const Deadline& deadline) {
  const bool ended = wait_readable(m_pidfd.get(), deadline);
  if (!ended)
    (void)::pidfd_send_signal(m_pidfd.get(), SIGKILL, nullptr, 0);
  int status = 0;
  (void)::waitpid(m_pid, &status, 0);
  return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

double time_until_vm(const Words& line) {
  Child child{line};
  const auto report = child.report(Deadline::after(k_patience));
  (void)child.finish(Deadline::after(k_patience_to_end));
  if (!report)
    give_up(line, "no VM began");
  return static_cast<double>(report->began_ns - child.started_ns()) / k_ns_per_us;
}

double time_until_end(const Words& line) {
  Child child{line};
  const int status = child.finish(Deadline::after(k_patience));
  const auto ended_ns = now_ns();
  if (status != 0)
    give_up(line, fmt::format("ended with status {}", status));
  return static_cast<double>(ended_ns - child.started_ns()) / k_ns_per_us;
}

void run(const Words& line) {
  (void)time_until_end(line);
}

int status_of(const Words& line) {
  return Child{line}.finish(Deadline::after(k_patience));
}

int count_forks(const Words& line) {
  auto [reading_end, writing_end] = make_pipe();
  const auto argv = to_pointers(line);
  set_environment(false);
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      (void)::dup2(nowhere, fd);
    (void)::dup2(writing_end.get(), k_report_fd);
    (void)::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    (void)::raise(SIGSTOP);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  const int forks = child < 0 ? -1 : Tracer{child}.forks(Deadline::after(k_patience));
  if (forks < 0)
    give_up(line, "cannot be traced");
  return forks;
}

std::vector<Series> interleave(int rounds, const std::vector<std::function<double()>>& alternatives) {
  constexpr int warm_up = 3;
  constexpr useconds_t settle_us = 3000; // for what goes on after the end: a port that is given back
  std::vector<Series> series(alternatives.size());
  for (int round = -warm_up; round < rounds; ++round)
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      const double measured = alternatives[i]();
      if (round >= 0)
        series[i].add(measured);
      ::usleep(settle_us);
    }
  return series;
}

std::string last_words() {
  constexpr std::size_t most = 600;
  std::ifstream file{k_words_file};
  std::ostringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  return text.substr(text.size() - std::min(most, text.size()));
}

} // namespace bench
