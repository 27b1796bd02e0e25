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
  int status = 0; ///< what it exited with
  int signal = 0; ///< or the signal that ended it
};

/// Runs a program as a child that stands in our place: it has our process group, and so our terminal and job
/// control, and the descriptors that are not close-on-exec.
///
/// Signals that others send to us are passed on to it. What the terminal sends (Ctrl-C) comes to it and to us
/// alike and is not sent twice; the kernel says which it is, sigaction(2) si_code. Only the end of the
/// terminal comes to us alone where we are the first program of its session, and is passed on. A signal that
/// the caller had ignored stays ignored by both; the end of children by the program alone. Threading: in the
/// only thread, once in a process.
class Supervisor {
 public:
  /// Errors: program_missing, program_not_executable.
  [[nodiscard]] static Result<Supervisor> start(const std::string& program,
                                                const std::vector<std::string>& argv,
                                                const std::vector<std::string>& environment);

  /// Readable when handle() has something to do.
  [[nodiscard]] int event_fd() const { return m_signals.get(); }

  /// Pass on the signals that have come, and tell how the program ended, if it has.
  [[nodiscard]] std::optional<ProgramEnd> handle();

 private:
  Supervisor(UniqueFd signals, UniqueFd child, pid_t pid)
      : m_signals(std::move(signals)), m_child(std::move(child)), m_pid(pid) {}
  [[nodiscard]] std::optional<ProgramEnd> reap() const;

  UniqueFd m_signals; ///< signalfd(2)
  UniqueFd m_child;   ///< pidfd_open(2)
  pid_t m_pid;
};

/// End this process as a program ended: with its status, or by its signal, without a second core dump.
[[noreturn]] void end_like(const ProgramEnd& end);

} // namespace vdeup::process
