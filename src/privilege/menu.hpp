#pragma once

#include "engine/lane.hpp"
#include "kernel/netlink.hpp"
#include "model/step.hpp"
#include "nat/nat_networks.hpp"
#include "privilege/menu_rules.hpp"
#include "privilege/nic_monitor.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace vdeup::privilege {

/// All that the helper does, and there is no more (privilege/menu.cpp argues for each why it is safe).
///
/// Nothing that a request says is believed: names lead to a device that is looked at, and what is changed is
/// the device with that index, whoever has got the name meanwhile. Errors: refused, naming the line of the
/// policy or what the device is; else the kernel's.
class Menu {
 public:
  /// Without a monitor no NIC can be moved.
  [[nodiscard]] static Result<Menu> open(MenuRules rules, std::optional<NicMonitor> monitor = {});

  /// Say whether the caller may have one more TAP, on this bridge. Changes nothing.
  [[nodiscard]] Result<> may_attach(const IfName& bridge);
  /// Say whether the caller may have a private network behind this bridge, and whether something is in its
  /// way to the outside. Changes nothing.
  [[nodiscard]] Result<> may_masquerade(const IfName& bridge);
  /// Say whether the rules of the caller's private network behind this bridge are there.
  [[nodiscard]] Result<bool> has_nat_rules(const IfName& bridge, const NatMark& mark);
  [[nodiscard]] Result<> perform(const LinkStep& step);
  [[nodiscard]] Result<> perform(const NatStep& step);
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan);
  /// Have the monitor do it, for the client at the other end of `channel` (NicMonitor::order).
  [[nodiscard]] Result<std::optional<MovedNic>> perform(const NicRequest& request, int channel,
                                                        const std::function<void(const std::string&)>& tell);

 private:
  Menu(kernel::Netlink netlink, MenuRules rules, std::optional<NicMonitor> monitor)
      : m_netlink(std::move(netlink)), m_rules(std::move(rules)), m_monitor(std::move(monitor)) {}

  kernel::Netlink m_netlink;
  MenuRules m_rules;
  std::optional<NicMonitor> m_monitor;
  std::unique_ptr<engine::NatHost> m_networks = std::make_unique<nat::NatNetworks>();
};

} // namespace vdeup::privilege
