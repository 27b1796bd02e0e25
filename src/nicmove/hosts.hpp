#pragma once

#include "engine/host.hpp"
#include "engine/manager_host.hpp"
#include "engine/nic_host.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace vdeup::nicmove {

/// The kernel and the network managers that a move changes.
struct MoveHosts {
  std::unique_ptr<engine::LinkHost> links;
  std::unique_ptr<engine::NicHost> nics;
  std::unique_ptr<engine::ManagerHost> managers{}; ///< none: no manager is informed
};

/// Opens hosts. The watchdog needs its own: two processes that read one netlink socket get each other's
/// answers.
using OpenHosts = std::function<Result<MoveHosts>()>;

/// Open the kernel and the managers of this host. Connects to no manager before it is needed.
[[nodiscard]] Result<MoveHosts> open_hosts();

/// Execute all manager steps, also when some fail. Returns the failures.
[[nodiscard]] std::vector<Error> tell_managers(const MoveHosts& hosts, const std::vector<ManagerStep>& steps);

/// Snapshot an interface. Errors: conflict if it is gone.
[[nodiscard]] Result<NicSnapshot> snapshot(const MoveHosts& hosts, const IfName& name);
/// The same, after waiting up to five seconds until the kernel has checked its addresses for duplicates.
[[nodiscard]] Result<NicSnapshot> settled_snapshot(const MoveHosts& hosts, const IfName& name);

/// The error for an interface that is gone. Its kind is conflict.
[[nodiscard]] Error gone_error(const IfName& name);

} // namespace vdeup::nicmove
