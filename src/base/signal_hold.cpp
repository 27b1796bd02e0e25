#include "base/signal_hold.hpp"

#include <array>

namespace vdeup {
namespace {

constexpr std::array<int, 4> k_held{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

sigset_t held_signals() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : k_held)
    sigaddset(&held, signal);
  return held;
}

} // namespace

SignalHold::SignalHold() {
  const sigset_t held = held_signals();
  (void)sigprocmask(SIG_BLOCK, &held, &m_former_mask);
}

SignalHold::~SignalHold() {
  (void)sigprocmask(SIG_SETMASK, &m_former_mask, nullptr);
}

SignalGap::SignalGap() {
  const sigset_t held = held_signals();
  (void)sigprocmask(SIG_UNBLOCK, &held, &m_former_mask);
}

SignalGap::~SignalGap() {
  (void)sigprocmask(SIG_SETMASK, &m_former_mask, nullptr);
}

void restore_signals() {
  sigset_t none;
  sigemptyset(&none);
  for (int signal = 1; signal < NSIG; ++signal)
    (void)::signal(signal, SIG_DFL);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int SignalHold::arrived() {
  sigset_t pending;
  sigemptyset(&pending);
  (void)sigpending(&pending);
  for (const int signal : k_held)
    if (sigismember(&pending, signal) == 1)
      return signal;
  return 0;
}

} // namespace vdeup
