#pragma once

#include "engine/host.hpp"
#include "engine/nic_host.hpp"

#include <functional>
#include <memory>

namespace vdeup::transaction {

/// What a move is carried out on.
struct MoveHosts {
  std::unique_ptr<engine::LinkHost> links;
  std::unique_ptr<engine::NicHost> nics;
};

/// Opens hosts of one's own. The watchdog needs that: a netlink socket that two processes read gives each of
/// them the other's answers.
using OpenHosts = std::function<Result<MoveHosts>()>;

} // namespace vdeup::transaction
