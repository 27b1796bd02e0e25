#pragma once

#include "engine/path.hpp"
#include "kernel/netlink.hpp"

#include <memory>

namespace vdeup::network {

/// Looks at a frame's way in the network namespace of this process. Changes nothing, and asks for nothing
/// that would load a module of the older iptables.
class PathObserver final : public engine::KernelPath {
 public:
  [[nodiscard]] static Result<std::unique_ptr<PathObserver>> open();
  explicit PathObserver(kernel::Netlink netlink) : m_netlink(std::move(netlink)) {}

  [[nodiscard]] Result<HostFacts> facts(const IfName& bridge) override;
  /// Errors: missing if there is no such bridge.
  [[nodiscard]] Result<std::unique_ptr<engine::BridgeWatch>> watch(const IfName& bridge) override;

 private:
  kernel::Netlink m_netlink;
};

} // namespace vdeup::network
