#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/network.hpp"

#include <sys/types.h>

#include <optional>
#include <vector>

namespace vdeup::vde {

/// A process that is held by a pidfd, so that its pid cannot become another's, and that was found to be a
/// vde_switch of the owner: that is its name, and all its user ids are the owner's.
///
/// SO_PEERCRED alone does not prove it: the pid of a listener that has ended can be used again while its
/// socket lives on in a child; and root, although it acts as the owner, may signal whom it likes.
class SwitchProcess {
 public:
  /// Errors: missing if there is no such process any more; refused if it is not a vde_switch of the owner.
  [[nodiscard]] static Result<SwitchProcess> hold(pid_t pid, const Identity& owner);

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

/// Find the vde_switch processes of the owner that were started for this socket directory, by their command
/// lines (proc(5)): the way to a switch whose sockets are gone or never came. One in another network
/// namespace has a directory and a TAP of its own there, and is not meant.
[[nodiscard]] std::vector<pid_t> find_switch_processes(const Scope& scope);

} // namespace vdeup::vde
