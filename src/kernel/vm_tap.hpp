#pragma once

#include "engine/lane.hpp"

namespace vdeup::kernel {

/// Makes TAPs for VMs in the network namespace of this process.
class KernelLane final : public engine::LaneHost {
 public:
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan) override;
  [[nodiscard]] Result<> may_attach(const IfName& /*bridge*/) override { return ok(); }
};

} // namespace vdeup::kernel
