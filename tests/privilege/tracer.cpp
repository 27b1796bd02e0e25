#include "privilege/tracer.hpp"

#include "support/catch.hpp"
#include "support/lab.hpp"

#include <poll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iterator>
#include <utility>

namespace privilege_lab {
namespace {

constexpr std::chrono::seconds k_patience{20};
constexpr int k_call_stop = SIGTRAP | 0x80; // PTRACE_O_TRACESYSGOOD
constexpr int k_ended = 0;

bool is_event_stop(int news) {
  return news >> 16 == PTRACE_EVENT_STOP;
}

} // namespace

Tracer::Tracer(pid_t pid) : m_pid(pid) {
  if (::ptrace(PTRACE_SEIZE, pid, nullptr, PTRACE_O_TRACESYSGOOD) < 0) {
    if (errno == EPERM)
      lab::skip("processes cannot be traced here");
    FAIL("cannot trace " << pid);
  }
  m_is_held = true;
  REQUIRE(::ptrace(PTRACE_INTERRUPT, pid, nullptr, 0) == 0);
  REQUIRE(is_event_stop(wait_for_news()));
}

Tracer::~Tracer() {
  let_go();
}

/// What waitpid(2) says of the process: it is not our child, and so no signal tells of it.
int Tracer::wait_for_news() {
  const auto end = std::chrono::steady_clock::now() + k_patience;
  for (;;) {
    int news = 0;
    const pid_t found = ::waitpid(m_pid, &news, WNOHANG | __WALL);
    if (found == m_pid && WIFSTOPPED(news))
      return news;
    if (found != 0) {
      m_is_held = false;
      return k_ended;
    }
    REQUIRE(std::chrono::steady_clock::now() < end);
    ::poll(nullptr, 0, 1);
  }
}

bool Tracer::resume(int request, int signal) {
  return ::ptrace(static_cast<enum __ptrace_request>(request), m_pid, nullptr, signal) == 0;
}

std::optional<SystemCall> Tracer::next_call() {
  int signal = 0;
  while (m_is_held && (std::exchange(m_listens, false) || resume(PTRACE_SYSCALL, signal))) {
    const int news = wait_for_news();
    if (!m_is_held)
      return std::nullopt;
    signal = WSTOPSIG(news) == k_call_stop || is_event_stop(news) ? 0 : WSTOPSIG(news);
    __ptrace_syscall_info info{};
    if (WSTOPSIG(news) != k_call_stop || ::ptrace(PTRACE_GET_SYSCALL_INFO, m_pid, sizeof(info), &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
      continue;
    SystemCall call{.number = static_cast<long>(info.entry.nr)};
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), std::begin(call.arguments));
    return call;
  }
  if (m_is_held) // killed meanwhile, which its parent learns after us
    (void)wait_for_news();
  return std::nullopt;
}

std::optional<SystemCall> Tracer::run_to(long number) {
  auto call = next_call();
  while (call && call->number != number)
    call = next_call();
  return call;
}

bool Tracer::run_into_stop() {
  int signal = 0;
  while (m_is_held && resume(PTRACE_SYSCALL, signal)) {
    const int news = wait_for_news();
    if (!m_is_held)
      return false;
    if (is_event_stop(news) && WSTOPSIG(news) == SIGSTOP)
      return m_listens = ::ptrace(PTRACE_LISTEN, m_pid, nullptr, 0) == 0; // from now on SIGCONT moves it
    signal = WSTOPSIG(news) == k_call_stop || is_event_stop(news) ? 0 : WSTOPSIG(news);
  }
  return false;
}

void Tracer::let_go() {
  if (m_is_held)
    (void)::ptrace(PTRACE_DETACH, m_pid, nullptr, 0);
  m_is_held = false;
}

} // namespace privilege_lab
