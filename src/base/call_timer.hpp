#pragma once

#include "base/deadline.hpp"

#include <sys/time.h>

#include <csignal>

namespace vdeup {

/// Puts a deadline on system calls that have none of their own (flock, connect).
///
/// While one lives, SIGALRM interrupts a blocking call of the calling thread once the deadline is over, and
/// again every few milliseconds, so that a signal that arrives just before the call cannot be lost. The call
/// then fails with EINTR and cleans up after itself, which a thread left behind would never do.
/// Threading: one at a time, in the only thread. The former handler and timer are put back at the end.
class CallTimer {
 public:
  explicit CallTimer(const Deadline& deadline);
  ~CallTimer();
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

 private:
  struct sigaction m_former_action {};
  sigset_t m_former_mask{};
  itimerval m_former_timer{};
};

} // namespace vdeup
