#pragma once

#include "engine/host.hpp"
#include "kernel/netlink.hpp"
#include "kernel/nic_steps.hpp"

#include <memory>

namespace vdeup::kernel {

/// Carries out link steps in the network namespace of this process.
class KernelHost final : public engine::LinkHost {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KernelHost>> open();
  /// True if this process has CAP_NET_ADMIN in effect, which making devices takes (capabilities(7)).
  [[nodiscard]] static bool may_make_devices();
  explicit KernelHost(Netlink netlink) : m_netlink(std::move(netlink)) {}

  [[nodiscard]] Result<std::vector<Link>> links() override;
  [[nodiscard]] Result<std::optional<Link>> link(const IfName& name) override;
  [[nodiscard]] Result<std::optional<Link>> link(std::uint32_t index) override;
  [[nodiscard]] Result<> wait_until_forwarding(const IfName& port, const Deadline& deadline) override;
  [[nodiscard]] Result<> execute(const LinkStep& step) override;

 private:
  Netlink m_netlink;
  std::optional<NicTools> m_nic_tools; ///< from the first step on that has to do with a NIC
};

} // namespace vdeup::kernel
