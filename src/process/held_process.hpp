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

/// A process that is held by a pidfd, so that its pid cannot become another's, and that was found to be a
/// program of the owner: that is its name, and all its user ids are the owner's. It need not be our child.
///
/// SO_PEERCRED alone does not prove it: the pid of a listener that has ended can be used again while its
/// socket lives on in a child; and root, although it acts as the owner, may signal whom it likes.
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
  /// Ask it to end, and kill it if it does not within the patience. False if it is there even that long
  /// after.
  [[nodiscard]] bool end(std::chrono::milliseconds patience) const;

 private:
  HeldProcess(UniqueFd pidfd, pid_t pid) : m_pidfd(std::move(pidfd)), m_pid(pid) {}
  UniqueFd m_pidfd;
  pid_t m_pid;
};

/// True if there is such a process, and all its user ids are the user's.
[[nodiscard]] bool is_users(pid_t pid, uid_t user);

/// True if a process is in our network namespace. One that we may not look at counts as a neighbour.
[[nodiscard]] bool is_in_our_network(pid_t pid);

/// The words that a process was started with, proc(5), of which it can say what it likes: the first 256 KiB;
/// none if it is gone or not ours to see.
[[nodiscard]] std::vector<std::string> command_line_of(pid_t pid);

/// The same of the variables that it was started with, `NAME=value`.
[[nodiscard]] std::vector<std::string> environment_of(pid_t pid);

/// A command line without argv[0].
[[nodiscard]] std::vector<std::string> without_program(std::vector<std::string> words);

/// Find the processes of a program, this user's and in our network namespace, whose command line passes.
using CommandLineTest = std::function<bool(const std::vector<std::string>&)>;
[[nodiscard]] std::vector<pid_t> find_processes(uid_t owner, std::string_view program,
                                                const CommandLineTest& test);

} // namespace vdeup::process
