#include "base/signal_hold.hpp"

#include <array>

namespace vdeup {
namespace {

constexpr std::array<int, 4> k_held{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

} // namespace

SignalHold::SignalHold() {
  sigset_t held;
  sigemptyset(&held);
  for (const int signal : k_held)
    sigaddset(&held, signal);
  (void)sigprocmask(SIG_BLOCK, &held, &m_former_mask);
}

SignalHold::~SignalHold() {
  (void)sigprocmask(SIG_SETMASK, &m_former_mask, nullptr);
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
