#pragma once

#include "kernel/netlink.hpp"
#include "kernel/step_checks.hpp"
#include "privilege/policy_check.hpp"

#include <memory>

namespace vdeup::privilege {

/// True for a TAP that vdeup created for this user.
[[nodiscard]] bool is_own_tap(const Link& link, uid_t uid);

/// The helper's checks of steps and of TAPs for VMs. The comment at each check argues why the step is then
/// safe. Errors: refused, naming the line of the policy or the device; else the kernel's.
class LinkChecks final : public kernel::StepChecks {
 public:
  LinkChecks(kernel::Netlink netlink, std::shared_ptr<const AccessRules> rules)
      : m_netlink(std::move(netlink)), m_rules(std::move(rules)) {}

  [[nodiscard]] Result<> check(const CreateBridge& step) override;
  [[nodiscard]] Result<> check(const MarkBridge& step, const Link& bridge) override;
  [[nodiscard]] Result<> check(const DeleteBridge& step, const Link& bridge) override;
  [[nodiscard]] Result<> check(const CreateTap& step) override;
  [[nodiscard]] Result<> check(const DeleteTap& step, const Link& tap) override;
  [[nodiscard]] Result<> check(const SetUp& step, const Link& device) override;
  [[nodiscard]] Result<> check(const SetDown& step, const Link& device) override;
  [[nodiscard]] Result<> check(const SetBridge& step, const Link& port, const Link* bridge) override;
  [[nodiscard]] Result<> check(const NicStep& step) override;
  [[nodiscard]] Result<> check(const VmTapPlan& plan, const Link& bridge) override;

  [[nodiscard]] Result<> check_created(const CreateBridge& step) override;
  [[nodiscard]] Result<> check_created(const CreateTap& step) override;
  [[nodiscard]] Result<> check_created(const VmTapPlan& plan) override;

 private:
  kernel::Netlink m_netlink;
  std::shared_ptr<const AccessRules> m_rules;
};

} // namespace vdeup::privilege
