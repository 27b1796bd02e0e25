#include "kernel/kernel_host.hpp"

#include "base/text.hpp"
#include "kernel/capabilities.hpp"
#include "kernel/kernel_events.hpp"
#include "kernel/links.hpp"
#include "kernel/tap.hpp"

#include <fmt/format.h>

#include <linux/rtnetlink.h>

namespace vdeup::kernel {
namespace {

/// Executes one step. A device that exists is looked up and checked, then changed by its index, so that a
/// device which takes its name in between is never touched.
class Executor {
 public:
  Executor(Netlink& netlink, StepChecks& checks, std::optional<NicTools>& nic_tools, std::string what)
      : m_netlink(netlink), m_checks(checks), m_nic_tools(nic_tools), m_what(std::move(what)) {}

  Result<> operator()(const CreateBridge& step) const {
    TRY(m_checks.check(step));
    TRY(create_bridge(m_netlink, step.name, step.mac, step.mtu));
    // The kernel takes no alias in the creating message. If we die before the second message, the address is
    // the proof.
    auto created = mark_bridge(step.name, step.mac, step.nat, no_check);
    if (created)
      created = m_checks.check_created(step);
    if (!created) { // a step that failed has changed nothing
      TRY(delete_new_bridge(step));
    }
    return created;
  }

  Result<> operator()(const MarkBridge& step) const {
    return mark_bridge(step.name, step.mac, step.nat,
                       [&](const Link& bridge) { return m_checks.check(step, bridge); });
  }

  Result<> operator()(const DeleteBridge& step) const {
    TRY(auto link, find_link(m_netlink, step.name));
    if (!link)
      return ok(); // what is to be gone is gone
    TRY(m_checks.check(step, *link));
    if (!link->is_bridge() || link->alias != bridge_mark(step.nat))
      return refuse("it is not marked as made by vdeup");
    TRY(auto links, list_links(m_netlink));
    for (const Link& port : links)
      if (port.master == link->index)
        return refuse(fmt::format("{} is still a port of it", printable(port.name)));
    return delete_link(m_netlink, link->index, m_what);
  }

  Result<> operator()(const CreateTap& step) const {
    TRY(m_checks.check(step));
    return create_tap(m_netlink, step.name, step.owner,
                      {.mtu = step.mtu, .alias = step.mark.text(), .last_check = [this, &step] {
                         return m_checks.check_created(step);
                       }});
  }

  Result<> operator()(const DeleteTap& step) const {
    TRY(auto link, find_link(m_netlink, step.name));
    if (!link)
      return ok();
    TRY(m_checks.check(step, *link));
    if (!link->is_tap || TapMark::parse(link->alias) != step.mark)
      return refuse("it has no mark, or the mark of another switch");
    auto deleted = delete_link(m_netlink, link->index, m_what);
    if (deleted || deleted.error().kind() != ErrorKind::not_permitted)
      return deleted;
    return delete_own_tap(step.name, link->index);
  }

  Result<> operator()(const SetUp& step) const {
    TRY(auto link, find(step.name));
    TRY(m_checks.check(step, link));
    return change(link, {.up = true});
  }

  Result<> operator()(const SetDown& step) const {
    TRY(auto link, find(step.name));
    TRY(m_checks.check(step, link));
    return change(link, {.up = false});
  }

  Result<> operator()(const SetBridge& step) const {
    TRY(auto port, find(step.port));
    if (!step.bridge) {
      TRY(m_checks.check(step, port, nullptr));
      return change(port, {.master = 0});
    }
    TRY(auto bridge, find(*step.bridge));
    TRY(m_checks.check(step, port, &bridge));
    if (!bridge.is_bridge())
      return conflict(fmt::format("{} is no bridge", step.bridge->str()));
    return change(port, {.master = bridge.index});
  }

  Result<> operator()(const NicStep& step) const {
    TRY(m_checks.check(step));
    if (!m_nic_tools) { // at the first of these steps, which is harmless: nothing is to be opened later
      TRY(auto announcer, Announcer::open());
      m_nic_tools.emplace(NicTools{std::move(announcer)});
    }
    return execute_nic_step(m_netlink, *m_nic_tools, step);
  }

 private:
  static Result<> no_check(const Link& /*bridge*/) { return ok(); }

  [[nodiscard]] Result<> refuse(std::string cause) const {
    return fail(Error{ErrorKind::refused, m_what, std::move(cause), {}});
  }
  [[nodiscard]] Result<> conflict(std::string cause) const {
    return fail(Error{ErrorKind::conflict, m_what, std::move(cause), {}});
  }

  [[nodiscard]] Result<Link> find(const IfName& name) const {
    TRY(auto link, find_link(m_netlink, name));
    if (!link)
      return fail(Error{ErrorKind::conflict, m_what, name.str() + " is gone", {}});
    return std::move(*link);
  }

  /// That the device is missing now means that somebody was faster.
  [[nodiscard]] Result<> change(const Link& link, const LinkChange& wanted) const {
    auto changed = change_link(m_netlink, link.index, wanted, m_what);
    if (!changed && changed.error().kind() == ErrorKind::missing)
      changed.error().set_kind(ErrorKind::conflict);
    return changed;
  }

  /// A bridge that this call, or a call that was interrupted, created.
  [[nodiscard]] static bool is_new(const Link& link, const MacAddress& mac, const std::string& mark) {
    return link.is_bridge() && link.mac == mac && (link.alias.empty() || link.alias == mark);
  }

  template <class Check>
  [[nodiscard]] Result<> mark_bridge(const IfName& name, const MacAddress& mac,
                                     const std::optional<NatMark>& nat, Check check) const {
    TRY(auto link, find(name));
    TRY(check(link));
    const std::string mark = bridge_mark(nat);
    if (!is_new(link, mac, mark))
      return conflict("another device has taken its name");
    return change(link, {.alias = mark});
  }

  [[nodiscard]] Result<> delete_new_bridge(const CreateBridge& step) const {
    TRY(auto link, find_link(m_netlink, step.name));
    return link && is_new(*link, step.mac, bridge_mark(step.nat))
               ? delete_link(m_netlink, link->index, "cannot delete bridge " + step.name.str())
               : ok();
  }

  Netlink& m_netlink;
  StepChecks& m_checks;
  std::optional<NicTools>& m_nic_tools;
  std::string m_what;
};

} // namespace

Result<std::unique_ptr<KernelHost>> KernelHost::open(std::shared_ptr<StepChecks> checks) {
  TRY(auto netlink, Netlink::open());
  return std::make_unique<KernelHost>(std::move(netlink), std::move(checks));
}

bool KernelHost::may_make_devices() {
  return is_effective(Capability::net_admin);
}

Result<std::vector<Link>> KernelHost::links() {
  return list_links(m_netlink);
}
Result<std::optional<Link>> KernelHost::link(const IfName& name) {
  return find_link(m_netlink, name);
}
Result<std::optional<Link>> KernelHost::link(std::uint32_t index) {
  return find_link(m_netlink, index);
}
Result<> KernelHost::wait_until_forwarding(const IfName& port, const Deadline& deadline) {
  TRY(auto events, KernelEvents::open(RTMGRP_LINK, fmt::format("cannot wait for {}", port.str())));
  auto waited = events.wait_until(
      [&]() -> Result<bool> {
        TRY(auto link, this->link(port));
        return !link || link->port_state == PortState::forwarding;
      },
      deadline);
  return !waited && waited.error().kind() == ErrorKind::timed_out ? ok() : std::move(waited);
}

Result<> KernelHost::execute(const LinkStep& step) {
  return std::visit(Executor{m_netlink, *m_checks, m_nic_tools, "cannot " + describe(Step{step})}, step);
}

} // namespace vdeup::kernel
