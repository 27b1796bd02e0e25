#pragma once

#include "base/deadline.hpp"
#include "base/identity.hpp"
#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::process {

/// A process held by a pidfd, so that its pid cannot be reused, and verified to be a program of the owner by
/// its name and all its user ids. It need not be our child.
///
/// SO_PEERCRED is not enough: the pid of a listener that has ended can be reused while a child keeps its
/// socket open, and root can signal every process.
class HeldProcess {
 public:
  /// Nothing if the process has ended. Errors: refused if it is not that program of the owner.
  [[nodiscard]] static Result<std::optional<HeldProcess>> hold(pid_t pid, const Identity& owner,
                                                               std::string_view program);

  [[nodiscard]] pid_t pid() const { return m_pid; }
  /// Send a signal. False if it is gone.
  [[nodiscard]] bool signal(int number) const;
  /// Wait for its end. False if the deadline came first.
  [[nodiscard]] bool wait_for_end(const Deadline& deadline) const;
  /// Send SIGTERM, and after the timeout SIGKILL. False if the process still runs after a second timeout.
  [[nodiscard]] bool end(std::chrono::milliseconds timeout) const;

 private:
  HeldProcess(UniqueFd pidfd, pid_t pid) : m_pidfd(std::move(pidfd)), m_pid(pid) {}
  UniqueFd m_pidfd;
  pid_t m_pid;
};

/// True if there is such a process, and all its user ids are the user's.
[[nodiscard]] bool is_users(pid_t pid, uid_t user);

/// True if a process is in our network namespace, or if we are not permitted to tell.
[[nodiscard]] bool is_in_our_network(pid_t pid);

/// The command line of a process, which it can change (proc(5)): the first 256 KiB; none if the process has
/// ended or we are not permitted to read it.
[[nodiscard]] std::vector<std::string> command_line_of(pid_t pid);

/// The same for its initial environment, `NAME=value`.
[[nodiscard]] std::vector<std::string> environment_of(pid_t pid);

/// A command line without argv[0].
[[nodiscard]] std::vector<std::string> without_program(std::vector<std::string> words);

/// Find the processes of a program, this user's and in our network namespace, whose command line passes.
using CommandLineTest = std::function<bool(const std::vector<std::string>&)>;
[[nodiscard]] std::vector<pid_t> find_processes(uid_t owner, std::string_view program,
                                                const CommandLineTest& test);

} // namespace vdeup::process
