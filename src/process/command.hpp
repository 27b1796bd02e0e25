#pragma once

#include "base/capability.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace vdeup::process {

/// A command to run.
struct Command {
  std::string program;                 ///< absolute path
  std::vector<std::string> args{};     ///< without argv[0]
  std::vector<std::string> environment{///< `NAME=value`; our own is not inherited
                                       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                       "LC_ALL=C"};
  Capabilities capabilities{}; ///< that run() leaves it, whoever its user is
};

/// The exit status and the output of a process.
struct Outcome {
  int exit_status = 0; ///< or 128 + the signal that ended it
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Run a command and wait for its end. It has standard input from /dev/null, the directory `/`, default
/// signals, and only the effective user of this process. At most 64 KiB of each output are kept.
/// Errors: program_missing; program_not_executable, also if one of its capabilities is not permitted to us;
/// timed_out, after its process group has been killed.
[[nodiscard]] Result<Outcome> run(const Command& command, const Deadline& deadline);

/// Find a program as execvp(3) does: a word with a slash is a path, others are looked for in PATH.
/// Errors: program_missing, program_not_executable.
[[nodiscard]] Result<std::string> find_program(const std::string& word);

/// Find a program of the system: as find_program, and in the sbin directories even if PATH has none.
[[nodiscard]] Result<std::string> find_system_program(const std::string& word);

/// Execute another program in this process, with its descriptors that are not close-on-exec, and with signals
/// blocked and ignored as when this process started. Returns only on failure.
[[nodiscard]] Error exec_in_place(const std::string& program, const std::vector<std::string>& argv,
                                  const std::vector<std::string>& environment);

} // namespace vdeup::process
