#pragma once

#include "model/connection.hpp"
#include "model/network_session.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::dependents {

/// Find the logins from elsewhere that a process is worked with through: its ancestors' connections, those of
/// the terminals that look at its tmux or screen, and of all logins between (`ssh localhost`, a VNC display
/// through a tunnel). Nothing for who sits at the host. `route` is left open.
///
/// What may not be read, because another user's sshd holds it, is concluded from the environment, from utmp
/// and from systemd-logind, and taken to be there when in doubt.
[[nodiscard]] std::vector<NetworkSession> find_network_sessions(const FileTree& tree,
                                                                const process::ProcessTable& processes,
                                                                pid_t caller,
                                                                const std::vector<Connection>& connections);

} // namespace vdeup::dependents
