#pragma once

#include "engine/nic_host.hpp"
#include "kernel/netlink.hpp"

#include <memory>

namespace vdeup::kernel {

/// Looks at interfaces of this network namespace.
class KernelNics final : public engine::NicHost {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KernelNics>> open();
  explicit KernelNics(Netlink netlink) : m_netlink(std::move(netlink)) {}

  [[nodiscard]] Result<std::optional<NicSnapshot>> snapshot(const IfName& name) override;
  [[nodiscard]] Result<std::optional<NicSnapshot>> settled_snapshot(const IfName& name,
                                                                    const Deadline& deadline) override;

 private:
  Netlink m_netlink;
};

} // namespace vdeup::kernel
