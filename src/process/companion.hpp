#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "process/command.hpp"

#include <sys/types.h>

#include <string>

namespace vdeup::process {

/// The access of a program to our terminal.
enum class Terminal {
  none,   ///< none: it cannot ask
  kept,   ///< it stays in the session, by which sudo remembers passwords
  shared, ///< and its standard error is the terminal
};

/// A child with a SOCK_SEQPACKET socket to us as its standard input. Its standard output is /dev/null; its
/// standard error is kept, unless it shares the terminal.
class Companion {
 public:
  /// Start a program, in `/` and with default signals. If it cannot be executed, it ends at once.
  [[nodiscard]] static Result<Companion> start(const Command& command, Terminal terminal);

  Companion(Companion&& other) noexcept;
  Companion& operator=(Companion&& other) noexcept;
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  /// As finish().
  ~Companion();

  /// Our end of the socket.
  [[nodiscard]] int channel() const { return m_channel.get(); }
  /// The first line of its standard error, for people.
  [[nodiscard]] std::string complaint() const;
  /// Close the channel, which asks it to end, and wait for up to two seconds. If it still runs, it gets a
  /// signal and is left to init.
  void finish();

 private:
  Companion(UniqueFd channel, UniqueFd errors, UniqueFd process, pid_t pid)
      : m_channel(std::move(channel)),
        m_errors(std::move(errors)),
        m_process(std::move(process)),
        m_pid(pid) {}

  UniqueFd m_channel;
  UniqueFd m_errors;  ///< memfd_create(2); none if they are shown
  UniqueFd m_process; ///< pidfd_open(2)
  pid_t m_pid = 0;
};

} // namespace vdeup::process
