#pragma once

#include "engine/lane.hpp"
#include "kernel/step_checks.hpp"

#include <memory>

namespace vdeup::kernel {

/// Makes TAPs for VMs in the network namespace of this process.
class KernelLane final : public engine::LaneHost {
 public:
  /// Make only TAPs that pass these checks.
  explicit KernelLane(std::shared_ptr<StepChecks> checks = std::make_shared<StepChecks>())
      : m_checks(std::move(checks)) {}

  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan) override;
  [[nodiscard]] Result<> may_attach(const IfName& /*bridge*/) override { return ok(); }

 private:
  std::shared_ptr<StepChecks> m_checks;
};

} // namespace vdeup::kernel
