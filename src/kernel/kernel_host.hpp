#pragma once

#include "engine/host.hpp"
#include "kernel/netlink.hpp"
#include "kernel/nic_steps.hpp"
#include "kernel/step_checks.hpp"

#include <memory>

namespace vdeup::kernel {

/// Executes link steps in the network namespace of this process.
class KernelHost final : public engine::LinkHost {
 public:
  /// Execute only steps that pass these checks, beside those of the executor.
  [[nodiscard]] static Result<std::unique_ptr<KernelHost>>
  open(std::shared_ptr<StepChecks> checks = std::make_shared<StepChecks>());
  /// True if this process has CAP_NET_ADMIN in effect, which making devices takes (capabilities(7)).
  [[nodiscard]] static bool may_make_devices();
  KernelHost(Netlink netlink, std::shared_ptr<StepChecks> checks)
      : m_netlink(std::move(netlink)), m_checks(std::move(checks)) {}

  [[nodiscard]] Result<std::vector<Link>> links() override;
  [[nodiscard]] Result<std::optional<Link>> link(const IfName& name) override;
  [[nodiscard]] Result<std::optional<Link>> link(std::uint32_t index) override;
  [[nodiscard]] Result<> wait_until_forwarding(const IfName& port, const Deadline& deadline) override;
  [[nodiscard]] Result<> execute(const LinkStep& step) override;

 private:
  Netlink m_netlink;
  std::shared_ptr<StepChecks> m_checks;
  std::optional<NicTools> m_nic_tools; ///< from the first step on that has to do with a NIC
};

} // namespace vdeup::kernel
