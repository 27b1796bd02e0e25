#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::process {

/// How a program ended.
struct ProgramEnd {
  int status = 0; ///< its exit status
  int signal = 0; ///< or the signal that ended it
};

/// Runs a program as a child in our process group, so that it has our terminal and job control, and the
/// descriptors that are not close-on-exec.
///
/// Signals from other processes are forwarded to it. Signals of the terminal (Ctrl-C) reach it and us alike
/// and are not forwarded (sigaction(2), si_code); only the hangup of a terminal whose session we lead is.
/// Signals that were ignored at our start stay ignored by both, SIGCHLD by the program alone. Threading: in
/// the only thread, once in a process.
class Supervisor {
 public:
  /// Errors: program_missing, program_not_executable.
  [[nodiscard]] static Result<Supervisor> start(const std::string& program,
                                                const std::vector<std::string>& argv,
                                                const std::vector<std::string>& environment);

  /// Readable when handle() has something to do.
  [[nodiscard]] int event_fd() const { return m_signals.get(); }

  /// Forward pending signals; returns how the program ended, if it has.
  [[nodiscard]] std::optional<ProgramEnd> handle();

 private:
  Supervisor(UniqueFd signals, UniqueFd child, pid_t pid)
      : m_signals(std::move(signals)), m_child(std::move(child)), m_pid(pid) {}
  [[nodiscard]] std::optional<ProgramEnd> reap() const;

  UniqueFd m_signals; ///< signalfd(2)
  UniqueFd m_child;   ///< pidfd_open(2)
  pid_t m_pid;
};

/// End this process as the program ended: with its status or by its signal, without a second core dump.
[[noreturn]] void end_like(const ProgramEnd& end);

} // namespace vdeup::process
