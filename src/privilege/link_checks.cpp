#include "privilege/link_checks.hpp"

#include "base/text.hpp"
#include "kernel/links.hpp"
#include "model/interpret.hpp"
#include "nat/nat_table.hpp"

#include <fmt/format.h>

namespace vdeup::privilege {
namespace {

using config::Right;

constexpr std::uint32_t k_min_mtu = 68; // of IPv4; the kernel checks the other end

/// TAPs have vdeup's names: `tapN`. Otherwise a user could create a name that a rule of a firewall, or a
/// daemon, takes for something else: wg0, docker0.
bool is_tap_name(const IfName& name) {
  const std::string_view text = name.str();
  return text.size() > 3 && text.starts_with("tap") &&
         text.find_first_not_of("0123456789", 3) == std::string_view::npos;
}

/// The checks of one step.
class Check : public PolicyCheck {
 public:
  template <class Step>
  Check(const AccessRules& rules, kernel::Netlink& netlink, const Step& step)
      : PolicyCheck(rules, "cannot " + describe(vdeup::Step{LinkStep{step}})), m_netlink(netlink) {}
  Check(const AccessRules& rules, kernel::Netlink& netlink, const VmTapPlan& plan)
      : PolicyCheck(rules, fmt::format("cannot make a TAP for {}", plan.mark.vm_name)), m_netlink(netlink) {}

  [[nodiscard]] Result<> mtu(std::uint32_t mtu) const {
    if (mtu < k_min_mtu)
      return fail(refusal(fmt::format("an MTU of {} is too small", mtu)));
    return ok();
  }

  /// A marked bridge, with the right for its kind.
  [[nodiscard]] Result<> marked_bridge(const Link& link, const IfName& name) const {
    const auto nat = NatMark::parse(link.alias);
    TRY(allow(name, nat ? Right::nat : Right::bridge));
    if (nat && nat->owner != rules().caller.uid)
      return fail(refusal("it is another user's private network"));
    if (!link.is_bridge() || link.alias != bridge_mark(nat))
      return fail(refusal("it is not marked as made by vdeup"));
    return ok();
  }

  /// All ports are TAPs of the caller.
  [[nodiscard]] Result<> ports(const Link& bridge) const {
    TRY(auto links, kernel::list_links(m_netlink));
    for (const Link& port : links)
      if (port.master == bridge.index && !is_own_tap(port, rules().caller.uid))
        return fail(refusal(fmt::format("{} is a port of it", printable(port.name))));
    return ok();
  }

  [[nodiscard]] Result<> own_tap(const Link& link) const {
    if (is_own_tap(link, rules().caller.uid))
      return ok();
    return fail(refusal("it is neither a TAP that vdeup made for you, nor a bridge"));
  }

  [[nodiscard]] Result<> master(std::uint32_t index) const {
    TRY(auto master, kernel::find_link(m_netlink, index));
    if (!master)
      return ok(); // gone a moment ago, and the port is free
    TRY(auto name, IfName::parse(master->name));
    return allow(name, Right::tap);
  }

  /// A bridge to which a port with this MTU can be added. With a smaller one, the kernel would lower the MTU
  /// of the bridge, for all its ports.
  [[nodiscard]] Result<> bridge_for_port(const IfName& name, const Link& bridge, std::uint32_t mtu) const {
    TRY(allow(name, Right::tap));
    if (!bridge.is_bridge())
      return fail(refusal(fmt::format("{} is no bridge", printable(bridge.name))));
    if (const auto nat = NatMark::parse(bridge.alias); nat && nat->owner != rules().caller.uid)
      return fail(refusal("it is another user's private network"));
    if (mtu < bridge.mtu)
      return fail(refusal(fmt::format("with an MTU of {} it would lower that of {}, which is {}", mtu,
                                      printable(bridge.name), bridge.mtu)));
    return ok();
  }

 private:
  kernel::Netlink& m_netlink;
};

class LinkChecks final : public kernel::StepChecks {
 public:
  LinkChecks(kernel::Netlink netlink, std::shared_ptr<const AccessRules> rules)
      : m_netlink(std::move(netlink)), m_rules(std::move(rules)) {}

  // Safe: the policy names the bridge. The kernel refuses a name that is taken, so no existing device is
  // touched. The address is derived here; a user cannot give the host the address of another machine.
  Result<> check(const CreateBridge& step) override {
    const Check check{*m_rules, m_netlink, step};
    TRY(step.nat ? check.allow_new_private_network(step.name) : check.allow_new_bridge(step.name));
    TRY(check.own_mark(step.nat));
    if (step.mac != bridge_address(step.name, m_rules->host_seed))
      return fail(check.refusal(fmt::format("{} is not the address of that bridge", step.mac.str())));
    return check.mtu(step.mtu);
  }

  // Private networks are counted with the new one present, like TAPs.
  Result<> check_created(const CreateBridge& step) override {
    return step.nat ? Check{*m_rules, m_netlink, step}.allow_network_count(m_netlink, 0) : ok();
  }

  // Safe: only a bridge that has no alias and the address that nobody but vdeup gives gets our mark.
  Result<> check(const MarkBridge& step, const Link& bridge) override {
    const Check check{*m_rules, m_netlink, step};
    TRY(step.nat ? check.allow_new_private_network(step.name) : check.allow(step.name, Right::bridge));
    TRY(check.own_mark(step.nat));
    if (!bridge.is_bridge() || !bridge.alias.empty() ||
        bridge.mac != bridge_address(step.name, m_rules->host_seed))
      return fail(
          Error{ErrorKind::conflict, check.what(), "it is not a bridge that vdeup left half-made", {}});
    return ok();
  }

  // Safe: it has our mark, the policy names it or it is the caller's own private network, and the executor
  // requires the same mark and no ports. Whoever adds a port faster than this message deletes the bridge was
  // permitted by the same policy. Rules without a bridge would be invisible, so they must be removed first.
  Result<> check(const DeleteBridge& step, const Link& bridge) override {
    const Check check{*m_rules, m_netlink, step};
    TRY(check.own_mark(step.nat));
    if (!step.nat)
      return check.allow(step.name, Right::bridge);
    if (bridge.alias != bridge_mark(step.nat))
      return fail(check.refusal("it has the mark of another switch"));
    TRY(const auto has_rules, nat::has_rules(step.name, *step.nat));
    if (has_rules.value_or(false))
      return fail(check.refusal("the private network behind it is still there"));
    return ok();
  }

  // Safe: it is the caller's own, under a name of ours that nobody has, and leads nowhere before SetBridge.
  Result<> check(const CreateTap& step) override {
    const Check check{*m_rules, m_netlink, step};
    TRY(check.allow_taps());
    if (!is_tap_name(step.name))
      return fail(check.refusal("TAPs have names of the form tapN"));
    if (step.owner != m_rules->caller || step.mark.owner != m_rules->caller.uid)
      return fail(check.foreign_owner());
    return check.mtu(step.mtu);
  }

  // TAPs are counted with the new one present and before it is persistent: of two helpers at a time one sees
  // both TAPs, and a helper that is killed leaves none.
  Result<> check_created(const CreateTap& step) override {
    return Check{*m_rules, m_netlink, step}.allow_count(m_netlink, 0);
  }

  // Safe: it is the caller's own, who can delete it without privilege as well, unless it is held open. The
  // executor requires the mark in the step.
  Result<> check(const DeleteTap& step, const Link& tap) override {
    return Check{*m_rules, m_netlink, step}.own_tap(tap);
  }

  // Safe: it is the caller's own TAP, in no bridge or in one that the caller may use; or a bridge of ours
  // that the policy names.
  Result<> check(const SetUp& step, const Link& device) override {
    const Check check{*m_rules, m_netlink, step};
    if (device.is_bridge())
      return check.marked_bridge(device, step.name);
    TRY(check.own_tap(device));
    return device.master == 0 ? ok() : check.master(device.master);
  }

  // Safe: as setting up, and the bridge has no port of anybody else's.
  Result<> check(const SetDown& step, const Link& device) override {
    const Check check{*m_rules, m_netlink, step};
    if (!device.is_bridge())
      return check.own_tap(device);
    TRY(check.marked_bridge(device, step.name));
    return check.ports(device);
  }

  // Safe: it is the caller's own TAP, and the policy, or QEMU's list, permits this bridge.
  Result<> check(const SetBridge& step, const Link& port, const Link* bridge) override {
    const Check check{*m_rules, m_netlink, step};
    TRY(check.own_tap(port));
    return bridge == nullptr ? ok() : check.bridge_for_port(*step.bridge, *bridge, port.mtu);
  }

  Result<> check(const NicStep& step) override {
    return fail(Check{*m_rules, m_netlink, step}.refusal("vdeup-helper does not do this"));
  }

  // Safe: as CreateTap and SetBridge. The TAP lives as long as its descriptors, and is counted before it
  // becomes a port; /dev/net/tun and /dev/vhost-net are opened with the caller's own rights.
  Result<> check(const VmTapPlan& plan, const Link& bridge) override {
    const Check check{*m_rules, m_netlink, plan};
    if (plan.mark.owner != m_rules->caller.uid)
      return fail(check.foreign_owner());
    return check.bridge_for_port(plan.bridge, bridge, plan.mtu);
  }

  Result<> check_created(const VmTapPlan& plan) override {
    return Check{*m_rules, m_netlink, plan}.allow_count(m_netlink, 0);
  }

 private:
  kernel::Netlink m_netlink;
  std::shared_ptr<const AccessRules> m_rules;
};

} // namespace

/// By mark and owner: only a privileged process can write the first, and the second can open the TAP.
bool is_own_tap(const Link& link, uid_t uid) {
  const auto mark = TapMark::parse(link.alias);
  return link.is_tap && mark && mark->owner == uid && link.tun_owner == uid;
}

std::shared_ptr<kernel::StepChecks> link_checks(kernel::Netlink netlink,
                                                std::shared_ptr<const AccessRules> rules) {
  return std::make_shared<LinkChecks>(std::move(netlink), std::move(rules));
}

} // namespace vdeup::privilege
