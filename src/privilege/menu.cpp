#include "privilege/menu.hpp"

#include "base/text.hpp"
#include "kernel/links.hpp"
#include "kernel/tap.hpp"
#include "kernel/vm_tap.hpp"
#include "model/interpret.hpp"
#include "nat/nat_table.hpp"
#include "privilege/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

using config::Right;

constexpr std::uint32_t k_least_mtu = 68; // of IPv4; the kernel checks the other end

/// TAPs are called as vdeup calls them: `tapN`. Else a user could make the name that a rule of a firewall, or
/// a daemon, takes for something else: wg0, docker0.
bool is_tap_name(const IfName& name) {
  const std::string_view number =
      std::string_view{name.str()}.substr(std::min<std::size_t>(3, name.str().size()));
  return name.str().starts_with("tap") && !number.empty() &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Carries out one step for the caller.
class Cook {
 public:
  Cook(kernel::Netlink& netlink, const MenuRules& rules, std::string what)
      : m_netlink(netlink), m_rules(rules), m_what(std::move(what)), m_judge(rules, m_what) {}

  // Safe: the policy names the bridge. The kernel refuses a name that is taken, so nothing that exists is
  // touched. The address is derived here; a user cannot give the host the address of another machine.
  Result<> operator()(const CreateBridge& step) {
    TRY(step.nat ? m_judge.allow_new_private_network(step.name) : m_judge.allow_new_bridge(step.name));
    if (step.mac != bridge_address(step.name, m_rules.host_seed))
      return fail(m_judge.refusal(fmt::format("{} is not the address of that bridge", step.mac.str())));
    TRY(check_mtu(step.mtu));
    TRY(kernel::create_bridge(m_netlink, step.name, step.mac, step.mtu));
    auto marked = mark(step.name, step.nat);
    if (!marked) { // a step that failed has changed nothing
      TRY(auto link, find_half_made(step.name));
      TRY(kernel::delete_link(m_netlink, link.index, m_what));
    }
    return marked && step.nat ? count_private_network(step.name) : marked;
  }

  // Safe: only a bridge that has no alias and the address that nobody but vdeup gives comes to bear our mark.
  Result<> operator()(const MarkBridge& step) {
    TRY(step.nat ? m_judge.allow_new_private_network(step.name) : m_judge.allow(step.name, Right::bridge));
    return mark(step.name, step.nat);
  }

  // Safe: it bears our mark, the policy names it or it is the caller's own private network, and nothing is
  // attached. Somebody who is faster with a port than this message is with the bridge has been let in by the
  // same policy. Rules without a bridge would go on unseen: so they have to be gone before.
  Result<> operator()(const DeleteBridge& step) {
    if (!step.nat) {
      TRY(m_judge.allow(step.name, Right::bridge));
    }
    TRY(auto link, kernel::find_link(m_netlink, step.name));
    if (!link)
      return ok(); // what is to be gone is gone
    TRY(check_is_our_bridge(*link));
    if (link->alias != bridge_mark(own(step.nat)))
      return fail(m_judge.refusal("it bears the mark of another switch"));
    if (step.nat) {
      TRY(const auto has_rules, nat::has_rules(step.name, *own(step.nat)));
      if (has_rules.value_or(false))
        return fail(m_judge.refusal("the private network behind it is still there"));
    }
    TRY(check_ports(*link, [](const Link& /*port*/) { return false; }));
    return kernel::delete_link(m_netlink, link->index, m_what);
  }

  // Safe: it is the caller's own, under a name of ours that nobody has, and goes nowhere before SetBridge.
  // How many there are is counted when it is there and before it stays: of two helpers at a time one sees
  // both TAPs, and a helper that is killed leaves none.
  Result<> operator()(const CreateTap& step) {
    TRY(m_judge.allow_taps());
    if (!is_tap_name(step.name))
      return fail(m_judge.refusal("TAPs have names of the form tapN"));
    TRY(check_mtu(step.mtu));
    const TapMark mark{m_rules.caller.uid, step.mark.switch_dir};
    return kernel::create_tap(m_netlink, step.name, m_rules.caller,
                              {.mtu = step.mtu, .alias = mark.text(), .last_check = [this] {
                                 return m_judge.allow_count(m_netlink, 0);
                               }});
  }

  // Safe: it is the caller's own, who can delete it without privilege as well, unless it is held open.
  Result<> operator()(const DeleteTap& step) {
    TRY(auto link, kernel::find_link(m_netlink, step.name));
    if (!link)
      return ok();
    TRY(check_is_own_tap(*link));
    if (TapMark::parse(link->alias)->switch_dir != step.mark.switch_dir)
      return fail(m_judge.refusal("it bears the mark of another switch"));
    return kernel::delete_link(m_netlink, link->index, m_what);
  }

  // Safe: it is the caller's own TAP, on no bridge or on one that the caller may use; or a bridge of ours
  // that the policy names.
  Result<> operator()(const SetUp& step) {
    TRY(auto link, find(step.name));
    if (link.is_bridge()) {
      TRY(allow_bridge(link, step.name));
      return change(link, {.up = true});
    }
    TRY(check_is_own_tap(link));
    if (link.master != 0) {
      TRY(check_master(link.master));
    }
    return change(link, {.up = true});
  }

  // Safe: as setting up, and no port of that bridge is anybody else's.
  Result<> operator()(const SetDown& step) {
    TRY(auto link, find(step.name));
    if (link.is_bridge()) {
      TRY(allow_bridge(link, step.name));
      TRY(check_ports(link, [this](const Link& port) { return is_own_tap(port); }));
      return change(link, {.up = false});
    }
    TRY(check_is_own_tap(link));
    return change(link, {.up = false});
  }

  // Safe: it is the caller's own TAP, and the policy, or QEMU's list, lets him use that bridge. A port with a
  // smaller MTU would make the kernel lower the bridge's, for all.
  Result<> operator()(const SetBridge& step) {
    TRY(auto port, find(step.port));
    TRY(check_is_own_tap(port));
    if (!step.bridge)
      return change(port, {.master = 0});
    TRY(m_judge.allow(*step.bridge, Right::tap));
    TRY(auto bridge, find(*step.bridge));
    TRY(check_port(bridge, port.mtu));
    return change(port, {.master = bridge.index});
  }

  Result<> operator()(const NicStep& /*step*/) {
    return fail(m_judge.refusal("vdeup-helper does not do this")); // the protocol has no word for it either
  }

  // Safe: as CreateTap and SetBridge. It is gone with its descriptors, which are counted before they are
  // handed out; /dev/net/tun and /dev/vhost-net are opened with the caller's own rights.
  Result<engine::VmTap> operator()(const VmTapPlan& plan) {
    TRY(m_judge.allow(plan.bridge, Right::tap));
    TRY(auto bridge, find(plan.bridge));
    TRY(check_port(bridge, plan.mtu));
    VmTapPlan ours = plan;
    ours.mark.owner = m_rules.caller.uid;
    TRY(auto tap, kernel::KernelLane{}.open_tap(ours));
    TRY(m_judge.allow_count(m_netlink, 0));
    return tap;
  }

 private:
  [[nodiscard]] Result<Link> find(const IfName& name) {
    TRY(auto link, kernel::find_link(m_netlink, name));
    if (!link)
      return fail(Error{ErrorKind::conflict, m_what, fmt::format("{} is gone", name.str()), {}});
    return std::move(*link);
  }

  [[nodiscard]] Result<> change(const Link& link, const kernel::LinkChange& wanted) {
    auto changed = kernel::change_link(m_netlink, link.index, wanted, m_what);
    if (!changed && changed.error().kind() == ErrorKind::missing)
      changed.error().set_kind(ErrorKind::conflict); // it was there a moment ago
    return changed;
  }

  [[nodiscard]] Result<> check_mtu(std::uint32_t mtu) const {
    if (mtu < k_least_mtu)
      return fail(m_judge.refusal(fmt::format("an MTU of {} is too small", mtu)));
    return ok();
  }

  [[nodiscard]] Result<> check_is_our_bridge(const Link& link) const {
    const auto nat = NatMark::parse(link.alias);
    if (nat && nat->owner != m_rules.caller.uid)
      return fail(m_judge.refusal("it is another user's private network"));
    if (!link.is_bridge() || link.alias != bridge_mark(nat))
      return fail(m_judge.refusal("it is not marked as made by vdeup"));
    return ok();
  }

  /// A bridge of ours, by the right that its kind takes.
  [[nodiscard]] Result<> allow_bridge(const Link& link, const IfName& name) const {
    TRY(m_judge.allow(name, NatMark::parse(link.alias) ? Right::nat : Right::bridge));
    return check_is_our_bridge(link);
  }

  /// Whatever a request says, a mark is the caller's.
  [[nodiscard]] std::optional<NatMark> own(const std::optional<NatMark>& mark) const {
    return mark ? std::optional{NatMark{m_rules.caller.uid, mark->switch_dir}} : std::nullopt;
  }

  template <class IsHarmless>
  [[nodiscard]] Result<> check_ports(const Link& bridge, IsHarmless is_harmless) {
    TRY(auto links, kernel::list_links(m_netlink));
    for (const Link& port : links)
      if (port.master == bridge.index && !is_harmless(port))
        return fail(m_judge.refusal(fmt::format("{} is a port of it", printable(port.name))));
    return ok();
  }

  /// By its mark and by its owner: the first only who has privilege can write, the second says who opens it.
  [[nodiscard]] bool is_own_tap(const Link& link) const {
    const auto mark = TapMark::parse(link.alias);
    return link.is_tap && mark && mark->owner == m_rules.caller.uid && link.tun_owner == m_rules.caller.uid;
  }
  [[nodiscard]] Result<> check_is_own_tap(const Link& link) const {
    return is_own_tap(link)
               ? Result<>{ok()}
               : fail(m_judge.refusal("it is neither a TAP that vdeup made for you, nor a bridge"));
  }

  [[nodiscard]] Result<> check_master(std::uint32_t index) {
    TRY(auto master, kernel::find_link(m_netlink, index));
    if (!master)
      return ok(); // gone a moment ago, and the port is free
    TRY(auto name, IfName::parse(master->name));
    return m_judge.allow(name, Right::tap);
  }

  [[nodiscard]] Result<> check_port(const Link& bridge, std::uint32_t mtu) const {
    if (!bridge.is_bridge())
      return fail(m_judge.refusal(fmt::format("{} is no bridge", printable(bridge.name))));
    if (const auto nat = NatMark::parse(bridge.alias); nat && nat->owner != m_rules.caller.uid)
      return fail(m_judge.refusal("it is another user's private network"));
    if (mtu < bridge.mtu)
      return fail(m_judge.refusal(fmt::format("with an MTU of {} it would lower that of {}, which is {}", mtu,
                                              printable(bridge.name), bridge.mtu)));
    return ok();
  }

  [[nodiscard]] Result<Link> find_half_made(const IfName& name) {
    TRY(auto link, find(name));
    if (!link.is_bridge() || !link.alias.empty() || link.mac != bridge_address(name, m_rules.host_seed))
      return fail(Error{ErrorKind::conflict, m_what, "it is not a bridge that vdeup left half-made", {}});
    return link;
  }

  /// As with TAPs: counted when it is there and before it stays.
  [[nodiscard]] Result<> count_private_network(const IfName& name) {
    auto counted = m_judge.allow_network_count(m_netlink, 0);
    if (!counted) {
      TRY(auto link, find(name));
      TRY(check_is_our_bridge(link));
      TRY(kernel::delete_link(m_netlink, link.index, m_what));
    }
    return counted;
  }

  [[nodiscard]] Result<> mark(const IfName& name, const std::optional<NatMark>& nat) {
    TRY(auto link, find_half_made(name));
    return change(link, {.alias = bridge_mark(own(nat))});
  }

  kernel::Netlink& m_netlink;
  const MenuRules& m_rules;
  std::string m_what;
  Judge m_judge;
};

} // namespace

Result<Menu> Menu::open(MenuRules rules, std::optional<NicMonitor> monitor) {
  TRY(auto netlink, kernel::Netlink::open());
  return Menu{std::move(netlink), std::move(rules), std::move(monitor)};
}

Result<> Menu::may_attach(const IfName& bridge) {
  const Judge judge{m_rules, fmt::format("cannot attach to {}", bridge.str())};
  TRY(judge.allow(bridge, Right::tap));
  return judge.allow_count(m_netlink, 1);
}

Result<> Menu::perform(const LinkStep& step) {
  return std::visit(Cook{m_netlink, m_rules, "cannot " + describe(Step{step})}, step);
}

// Safe: nothing is done here, and the monitor asks the same again.
Result<std::optional<MovedNic>> Menu::perform(const NicRequest& request, int channel,
                                              const std::function<void(const std::string&)>& tell) {
  const std::string what = "cannot " + describe(request);
  const Judge judge{m_rules, what};
  const auto* in = std::get_if<MoveNicIn>(&request);
  const auto* out = std::get_if<MoveNicOut>(&request);
  if (in != nullptr || out != nullptr) {
    TRY(judge.allow(in != nullptr ? in->bridge : out->bridge, Right::nic));
  }
  TRY(judge.allow_nic_somewhere());
  if (!m_monitor)
    return fail(Error{ErrorKind::not_permitted,
                      what,
                      "this takes root, and vdeup-helper has been started with a capability alone",
                      {}});
  return m_monitor->order(request, channel, tell);
}

Result<engine::VmTap> Menu::open_tap(const VmTapPlan& plan) {
  return Cook{m_netlink, m_rules, fmt::format("cannot make a TAP for {}", plan.mark.vm_name)}(plan);
}

} // namespace vdeup::privilege
