#pragma once

#include "engine/host.hpp"
#include "engine/manager_host.hpp"
#include "engine/nic_host.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace vdeup::nicmove {

/// What a move is carried out on.
struct MoveHosts {
  std::unique_ptr<engine::LinkHost> links;
  std::unique_ptr<engine::NicHost> nics;
  std::unique_ptr<engine::ManagerHost> managers{}; ///< none: nobody is told of anything
};

/// Opens hosts of one's own. The watchdog needs that: a netlink socket that two processes read gives each of
/// them the other's answers.
using OpenHosts = std::function<Result<MoveHosts>()>;

/// Tell the managers of interfaces these things, as far as they will hear. Returns what went wrong.
[[nodiscard]] std::vector<Error> tell(const MoveHosts& hosts, const std::vector<ManagerStep>& steps);

} // namespace vdeup::nicmove
