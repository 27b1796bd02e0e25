#pragma once

#include "base/capability.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace vdeup::process {

/// What to run: a value, separate from running it.
struct Command {
  std::string program;                 ///< absolute path
  std::vector<std::string> args{};     ///< without argv[0]
  std::vector<std::string> environment{///< `NAME=value`; nothing of ours is passed on by itself
                                       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                       "LC_ALL=C"};
  Capabilities capabilities{}; ///< of run(): what it keeps, whoever its user is, and then nothing more
};

/// How a process ended, and what it said.
struct Outcome {
  int exit_status = 0; ///< its status, or 128 + the signal that ended it
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Run a command to its end, with standard input from /dev/null, in `/`, with default signals and as the
/// effective user of this process, for good. At most 64 KiB of each output are kept.
/// Errors: program_missing, program_not_executable, also where a capability that it is to keep is not
/// permitted to us; timed_out, after which the process and its group are gone
/// as well.
[[nodiscard]] Result<Outcome> run(const Command& command, const Deadline& deadline);

/// Find a program as execvp(3) does: a word with a slash is a path, others are looked for in PATH.
/// Errors: program_missing, program_not_executable.
[[nodiscard]] Result<std::string> find_program(const std::string& word);

/// Find one of the system's own programs: as find_program, and where sbin directories are missing in PATH.
[[nodiscard]] Result<std::string> find_system_program(const std::string& word);

/// Become another program: same process, same descriptors but those marked close-on-exec, and signals blocked
/// and ignored as they were when we were started. Returns only when that failed.
[[nodiscard]] Error exec_in_place(const std::string& program, const std::vector<std::string>& argv,
                                  const std::vector<std::string>& environment);

} // namespace vdeup::process
