#pragma once

#include "engine/lane.hpp"
#include "kernel/netlink.hpp"

namespace vdeup::kernel {

/// Makes TAPs for VMs in the network namespace of this process.
class KernelLane final : public engine::LaneHost {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KernelLane>> open();
  explicit KernelLane(Netlink netlink) : m_netlink(std::move(netlink)) {}

  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan) override;

 private:
  Netlink m_netlink;
};

} // namespace vdeup::kernel
