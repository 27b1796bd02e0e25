#pragma once

#include "engine/path.hpp"
#include "kernel/kernel_events.hpp"
#include "kernel/netlink.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace vdeup::kernel {

/// An address that a bridge has learnt from a frame.
struct LearntNeighbour {
  MacAddress mac;
  std::uint32_t bridge = 0; ///< its index
};

/// Read an RTM_NEWNEIGH message. Pure; nothing if it is another one, or of an address that somebody has set.
[[nodiscard]] std::optional<LearntNeighbour> parse_neighbour(const nlmsghdr& message);

/// Looks up what a bridge has learnt, again after each of the kernel's announcements.
class KernelBridgeWatch final : public engine::BridgeWatch {
 public:
  /// Begin to listen; what is learnt from here on is not missed.
  [[nodiscard]] static Result<std::unique_ptr<KernelBridgeWatch>> open(std::uint32_t bridge);
  KernelBridgeWatch(Netlink netlink, KernelEvents events, std::uint32_t bridge)
      : m_netlink(std::move(netlink)), m_events(std::move(events)), m_bridge(bridge) {}

  [[nodiscard]] Result<bool> wait_for(const MacAddress& source, const Deadline& deadline) override;

 private:
  [[nodiscard]] Result<bool> has_learnt(const MacAddress& source);

  Netlink m_netlink;
  KernelEvents m_events;
  std::uint32_t m_bridge;
};

} // namespace vdeup::kernel
