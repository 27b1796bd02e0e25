#include "base/call_timer.hpp"

#include <algorithm>

namespace vdeup {
namespace {

constexpr std::chrono::microseconds k_repeat{10'000};

extern "C" void interrupt_only(int /*signal*/) {}

timeval to_timeval(std::chrono::microseconds span) {
  constexpr int per_second = 1'000'000;
  return {.tv_sec = static_cast<time_t>(span.count() / per_second),
          .tv_usec = static_cast<suseconds_t>(span.count() % per_second)};
}

} // namespace

CallTimer::CallTimer(const Deadline& deadline) {
  struct sigaction action {};
  action.sa_handler = interrupt_only; // no SA_RESTART: the interrupted call has to return
  sigemptyset(&action.sa_mask);
  (void)sigaction(SIGALRM, &action, &m_former_action);

  sigset_t alarm_only;
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  (void)sigprocmask(SIG_UNBLOCK, &alarm_only, &m_former_mask);

  // A zero first value would disarm the timer: a deadline that is over fires at once instead.
  const auto first = std::max<std::chrono::microseconds>(deadline.left(), std::chrono::microseconds{1});
  const itimerval timer{.it_interval = to_timeval(k_repeat), .it_value = to_timeval(first)};
  (void)setitimer(ITIMER_REAL, &timer, &m_former_timer);
}

CallTimer::~CallTimer() {
  (void)setitimer(ITIMER_REAL, &m_former_timer, nullptr);
  (void)sigprocmask(SIG_SETMASK, &m_former_mask, nullptr);
  (void)sigaction(SIGALRM, &m_former_action, nullptr);
}

} // namespace vdeup
