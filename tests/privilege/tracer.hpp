#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace privilege_lab {

/// A system call that a process is about to make.
struct SystemCall {
  long number = -1;
  std::uint64_t arguments[6]{};
};

/// Holds a process at its system calls, as a debugger does: between two of them is every moment at which a
/// signal can catch it. Of a process with privileges only root can do this. Skips where nobody may.
class Tracer {
 public:
  /// Take hold of a process that runs, wherever it is.
  explicit Tracer(pid_t pid);
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  /// Let it go.
  ~Tracer();

  /// Let it run until it begins its next system call, which it has not made then. Nothing if it has ended.
  std::optional<SystemCall> next_call();
  /// Let it run until it begins this system call.
  std::optional<SystemCall> run_to(long number);
  /// It has been sent SIGSTOP: let it run until that has stopped it. False if it does not.
  bool run_into_stop();
  /// Let it go on by itself.
  void let_go();

 private:
  int wait_for_news();
  bool resume(int request, int signal);

  pid_t m_pid;
  bool m_is_held = false;
  bool m_listens = false; ///< it is stopped, and SIGCONT will be the next that we hear of
};

} // namespace privilege_lab
