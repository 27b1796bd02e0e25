#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "process/command.hpp"

#include <sys/types.h>

#include <string>

namespace vdeup::process {

/// What a program has of our terminal.
enum class Terminal {
  none,   ///< nothing: it cannot ask
  kept,   ///< it is in its session, which is how sudo knows who has given a password there
  shared, ///< and what it writes to standard error appears there
};

/// A child that we talk with over a SOCK_SEQPACKET socket, which is its standard input. Its standard output
/// is /dev/null; what it writes to standard error is kept, unless it shares the terminal.
class Companion {
 public:
  /// Start a program, in `/` and with default signals. That it cannot be executed shows as its end.
  [[nodiscard]] static Result<Companion> start(const Command& command, Terminal terminal);

  Companion(Companion&& other) noexcept;
  Companion& operator=(Companion&& other) noexcept;
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  /// As finish().
  ~Companion();

  /// Our end of the socket.
  [[nodiscard]] int channel() const { return m_channel.get(); }
  /// The first line that it has written to standard error, for people.
  [[nodiscard]] std::string complaint() const;
  /// Close the channel, which asks it to end, and wait for its end, two seconds at most. What does not end
  /// then is asked by a signal, and left to init.
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
