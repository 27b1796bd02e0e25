#pragma once

#include "base/result.hpp"
#include "model/link.hpp"
#include "model/network_session.hpp"
#include "model/nic_manager.hpp"
#include "model/remote_mount.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace vdeup::guard {

/// What a caller has at stake on this host, and how each thing is reached.
struct Stakes {
  std::vector<NetworkSession> sessions;
  std::vector<RemoteMount> mounts;
  std::vector<NicManager> managers;
};

/// Look at this host, with the eyes of this process: its logins, what it needs over the network, who manages
/// `nic`. A few milliseconds, more with thousands of processes. Changes nothing.
[[nodiscard]] Result<Stakes> look_around(pid_t caller, const std::string& home, const Link& nic);

} // namespace vdeup::guard
