#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/network.hpp"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::vde {

/// The programs that serve a switch, by the names that the kernel has for their processes.
inline constexpr std::string_view k_switch_program = "vde_switch";
inline constexpr std::string_view k_plug_program = "vde_plug";

/// A process that is held by a pidfd, so that its pid cannot become another's, and that was found to be a
/// vde_switch of the owner, or another program of a switch: that is its name, and all its user ids are the
/// owner's.
///
/// SO_PEERCRED alone does not prove it: the pid of a listener that has ended can be used again while its
/// socket lives on in a child; and root, although it acts as the owner, may signal whom it likes.
class SwitchProcess {
 public:
  /// Errors: missing if there is no such process any more; refused if it is not that program of the owner.
  [[nodiscard]] static Result<SwitchProcess> hold(pid_t pid, const Identity& owner,
                                                  std::string_view program = k_switch_program);

  [[nodiscard]] pid_t pid() const { return m_pid; }
  /// Send a signal. False if it is gone.
  [[nodiscard]] bool signal(int number) const;
  /// Wait for its end. False if the deadline came first.
  [[nodiscard]] bool wait_for_end(const Deadline& deadline) const;

 private:
  SwitchProcess(UniqueFd pidfd, pid_t pid) : m_pidfd(std::move(pidfd)), m_pid(pid) {}
  UniqueFd m_pidfd;
  pid_t m_pid;
};

/// True if a process is in our network namespace. One that we may not look at counts as a neighbour.
[[nodiscard]] bool is_in_our_network(pid_t pid);

/// The words that a process was started with, proc(5); none if it is gone or not ours to see.
[[nodiscard]] std::vector<std::string> command_line_of(pid_t pid);

/// The variables that a process was started with, `NAME=value`; none if it is gone or not ours to see.
[[nodiscard]] std::vector<std::string> environment_of(pid_t pid);

/// Find the processes of a program, the owner's and in our network namespace, whose command line passes.
using CommandLineTest = std::function<bool(const std::vector<std::string>&)>;
[[nodiscard]] std::vector<pid_t> find_processes(const Identity& owner, std::string_view program,
                                                const CommandLineTest& test);

/// Find the vde_switch processes of the owner that were started for this socket directory, by their command
/// lines (proc(5)): the way to a switch whose sockets are gone or never came. One in another network
/// namespace has a directory and a TAP of its own there, and is not meant.
[[nodiscard]] std::vector<pid_t> find_switch_processes(const Scope& scope);

} // namespace vdeup::vde
