#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "model/vm_tap.hpp"

#include <vector>

namespace vdeup::engine {

/// The TAP of one VM. The kernel removes it with the last copy of its descriptors, however that goes; so they
/// are its owner, its undo and its clean-up in one. All are close-on-exec and at least 10.
struct VmTap {
  static constexpr int k_lowest_fd = 10; ///< below it users number their own: -add-fd fd=3

  IfName name;
  std::vector<UniqueFd> queues; ///< one for each pair of virtqueues, with IFF_VNET_HDR
  std::vector<UniqueFd> vhost;  ///< of /dev/vhost-net, as many; empty where that cannot be used
};

/// The part of the seam that gives a VM a TAP of its own (`--lane tap`).
class LaneHost {
 public:
  LaneHost() = default;
  LaneHost(const LaneHost&) = delete;
  LaneHost& operator=(const LaneHost&) = delete;
  virtual ~LaneHost() = default;

  /// Make a TAP, a port of its bridge and up.
  /// Errors: not_permitted without CAP_NET_ADMIN; conflict if the bridge is gone.
  [[nodiscard]] virtual Result<VmTap> open_tap(const VmTapPlan& plan) = 0;

  /// Check that the caller is permitted a TAP on this bridge, without asking a person for anything.
  /// Errors: not_permitted; refused, naming the rule.
  [[nodiscard]] virtual Result<> may_attach(const IfName& bridge) = 0;
};

} // namespace vdeup::engine
