#pragma once

#include "config/policy.hpp"
#include "config/qemu_bridges.hpp"
#include "engine/lane.hpp"
#include "kernel/netlink.hpp"
#include "model/step.hpp"
#include "nat/private_networks.hpp"

#include <memory>

namespace vdeup::privilege {

/// Whom the helper works for, and by which rules.
struct MenuRules {
  Identity caller;
  std::string host_seed;
  config::Policy policy;
  config::QemuBridges qemu_bridges;
};

/// All that the helper does, and there is no more (privilege/menu.cpp argues for each why it is safe).
///
/// Nothing that a request says is believed: names lead to a device that is looked at, and what is changed is
/// the device with that index, whoever has got the name meanwhile. Errors: refused, naming the line of the
/// policy or what the device is; else the kernel's.
class Menu {
 public:
  [[nodiscard]] static Result<Menu> open(MenuRules rules);

  /// Say whether the caller may have one more TAP, on this bridge. Changes nothing.
  [[nodiscard]] Result<> may_attach(const IfName& bridge);
  /// Say whether the caller may have a private network behind this bridge, and whether something is in its
  /// way to the outside. Changes nothing.
  [[nodiscard]] Result<> may_masquerade(const IfName& bridge);
  [[nodiscard]] Result<> perform(const LinkStep& step);
  [[nodiscard]] Result<> perform(const NatStep& step);
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan);

 private:
  Menu(kernel::Netlink netlink, MenuRules rules) : m_netlink(std::move(netlink)), m_rules(std::move(rules)) {}

  kernel::Netlink m_netlink;
  MenuRules m_rules;
  std::unique_ptr<engine::NatHost> m_networks = std::make_unique<nat::PrivateNetworks>();
};

} // namespace vdeup::privilege
