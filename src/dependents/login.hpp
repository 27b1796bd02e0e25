#pragma once

#include "model/connection.hpp"
#include "model/network_session.hpp"
#include "process/process_table.hpp"

#include <vector>

namespace vdeup::dependents {

/// Find the remote logins through which a process is used: connections of its ancestors, of the terminals
/// attached to its tmux or screen, and of all logins between (`ssh localhost`, VNC through a tunnel). Empty
/// at the console of the host. `route` is left open.
///
/// Connections that may not be read, because sshd of another user has them, are derived from the environment,
/// utmp and systemd-logind, and assumed in case of doubt.
[[nodiscard]] std::vector<NetworkSession> find_network_sessions(const FileTree& tree,
                                                                const process::ProcessTable& processes,
                                                                pid_t caller,
                                                                const std::vector<Connection>& connections);

} // namespace vdeup::dependents
