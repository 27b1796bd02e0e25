#pragma once

#include "kernel/announce.hpp"
#include "kernel/detour.hpp"
#include "model/nic_step.hpp"

namespace vdeup::kernel {

/// What is held from one step to another.
struct NicTools {
  Announcer announcer;
  std::optional<KernelDetour> detour{};
};

/// Carry out one step of a NIC's way into a bridge or out of it; if it fails, it has changed nothing.
/// Errors: conflict if an interface is gone; else the kernel's answer.
[[nodiscard]] Result<> execute_nic_step(Netlink& netlink, NicTools& tools, const NicStep& step);

} // namespace vdeup::kernel
