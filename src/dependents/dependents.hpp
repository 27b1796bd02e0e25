#pragma once

#include "base/result.hpp"
#include "model/network_session.hpp"
#include "model/remote_mount.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace vdeup::dependents {

/// What depends on the network of this host, with the link that each is reached through.
struct Dependents {
  std::vector<NetworkSession> sessions; ///< the caller's logins
  std::vector<RemoteMount> mounts;      ///< file systems that the host or the caller needs
};

/// Find the logins of process `caller` and the file systems on the network that the host, the caller and the
/// directory `home` need. A few milliseconds, more with thousands of processes. Errors: lookup failures.
[[nodiscard]] Result<Dependents> observe_dependents(pid_t caller, const std::string& home);

} // namespace vdeup::dependents
