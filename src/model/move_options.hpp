#pragma once

#include "model/reach_target.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace vdeup {

/// How a NIC is to be moved.
struct MoveOptions {
  bool force = false;                            ///< also against reasons that yield to it
  std::vector<ReachTarget> probes{};             ///< who has to answer afterwards, beside the gateways
  std::chrono::seconds timeout{10};              ///< until the new way has to be proven
  std::optional<std::chrono::seconds> confirm{}; ///< until its user has to confirm it; none: he need not
  bool operator==(const MoveOptions&) const = default;
};

} // namespace vdeup
