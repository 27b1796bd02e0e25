#include "dependents/dependents.hpp"

#include "dependents/login.hpp"
#include "dependents/mounts.hpp"
#include "kernel/connections.hpp"
#include "kernel/route_query.hpp"

namespace vdeup::dependents {

Result<Dependents> observe_dependents(pid_t caller, const std::string& home) {
  const FileTree host;
  // Connections first: one that is accepted later cannot be the caller's.
  TRY(auto connections, kernel::list_connections());
  const process::ProcessTable processes = process::ProcessTable::read(host);
  Dependents found{.sessions = find_network_sessions(host, processes, caller, connections),
                   .mounts = find_remote_mounts(host, caller, home)};
  for (NetworkSession& session : found.sessions)
    if (session.peer) {
      TRY(auto link, kernel::find_route_link(session.peer->address, session.local));
      session.route = link.value_or(0);
    }
  for (RemoteMount& mount : found.mounts)
    if (mount.server) {
      TRY(auto link, kernel::find_route_link(*mount.server, std::nullopt));
      mount.route = link.value_or(0);
    }
  return found;
}

} // namespace vdeup::dependents
