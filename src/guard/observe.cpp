#include "guard/observe.hpp"

#include "guard/login.hpp"
#include "guard/managers.hpp"
#include "guard/mounts.hpp"
#include "kernel/connections.hpp"
#include "kernel/route_query.hpp"

namespace vdeup::guard {

Result<Stakes> look_around(pid_t caller, const std::string& home, const Link& nic) {
  const Tree host;
  // Connections first: one that is accepted later cannot be the caller's.
  TRY(auto connections, kernel::list_connections());
  const ProcessTable processes = ProcessTable::read(host);
  Stakes stakes{.sessions = find_network_sessions(host, processes, caller, connections),
                .mounts = find_remote_mounts(host, caller, home),
                .managers = find_managers(host, processes, nic)};
  for (NetworkSession& session : stakes.sessions)
    if (session.peer) {
      TRY(auto link, kernel::find_route_link(session.peer->address, session.local));
      session.route = link.value_or(0);
    }
  for (RemoteMount& mount : stakes.mounts)
    if (mount.server) {
      TRY(auto link, kernel::find_route_link(*mount.server, std::nullopt));
      mount.route = link.value_or(0);
    }
  return stakes;
}

} // namespace vdeup::guard
