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

/// Change a device that was just looked up. That it is missing now means that somebody was faster.
Result<> change_found(Netlink& netlink, const Link& link, const LinkChange& wanted, const std::string& what) {
  auto changed = change_link(netlink, link.index, wanted, what);
  if (!changed && changed.error().kind() == ErrorKind::missing)
    changed.error().set_kind(ErrorKind::conflict);
  return changed;
}

/// Carries out one step. Every change to a device that exists looks it up first and acts on its index, so
/// that a device which takes the name in between is never touched.
class Executor {
 public:
  Executor(Netlink& netlink, std::optional<NicTools>& nic_tools)
      : m_netlink(netlink), m_nic_tools(nic_tools) {}

  Result<> operator()(const CreateBridge& step) const {
    TRY(create_bridge(m_netlink, step.name, step.mac, step.mtu));
    // The kernel takes no alias in the creating message. If the second message fails, the first is taken
    // back here: a step that failed has changed nothing. If we die between them, the address is the proof.
    auto marked = mark_bridge(step.name, step.mac, step.nat);
    if (!marked) {
      TRY(take_back_bridge(step));
    }
    return marked;
  }

  Result<> operator()(const MarkBridge& step) const { return mark_bridge(step.name, step.mac, step.nat); }

  Result<> operator()(const DeleteBridge& step) const {
    const std::string what = "cannot delete bridge " + step.name.str();
    TRY(auto link, find_link(m_netlink, step.name));
    if (!link)
      return ok(); // what is to be gone is gone
    if (!link->is_bridge() || link->alias != bridge_mark(step.nat))
      return fail(Error{ErrorKind::refused, what, "it is not marked as made by vdeup", {}});
    TRY(auto links, list_links(m_netlink));
    for (const Link& port : links)
      if (port.master == link->index)
        return fail(Error{
            ErrorKind::refused, what, fmt::format("{} is still a port of it", printable(port.name)), {}});
    return delete_link(m_netlink, link->index, what);
  }

  Result<> operator()(const CreateTap& step) const {
    return create_tap(m_netlink, step.name, step.owner, {.mtu = step.mtu, .alias = step.mark.text()});
  }

  Result<> operator()(const DeleteTap& step) const {
    const std::string what = "cannot delete TAP " + step.name.str();
    TRY(auto link, find_link(m_netlink, step.name));
    if (!link)
      return ok();
    if (!link->is_tap || TapMark::parse(link->alias) != step.mark)
      return fail(Error{ErrorKind::refused, what, "it does not bear the mark of this switch", {}});
    auto deleted = delete_link(m_netlink, link->index, what);
    if (deleted || deleted.error().kind() != ErrorKind::not_permitted)
      return deleted;
    return delete_own_tap(step.name, link->index);
  }

  Result<> operator()(const SetUp& step) const {
    return change(step.name, {.up = true}, fmt::format("cannot set {} up", step.name.str()));
  }

  Result<> operator()(const SetDown& step) const {
    return change(step.name, {.up = false}, fmt::format("cannot set {} down", step.name.str()));
  }

  Result<> operator()(const SetBridge& step) const {
    std::uint32_t master = 0;
    std::string what = fmt::format("cannot take {} out of its bridge", step.port.str());
    if (step.bridge) {
      what = fmt::format("cannot make {} a port of {}", step.port.str(), step.bridge->str());
      TRY(auto bridge, find_link(m_netlink, *step.bridge));
      if (!bridge || !bridge->is_bridge())
        return fail(Error{ErrorKind::conflict, what, "the bridge is gone", {}});
      master = bridge->index;
    }
    return change(step.port, {.master = master}, what);
  }

  Result<> operator()(const NicStep& step) const {
    if (!m_nic_tools) { // at the first of these steps, which is harmless: nothing is to be opened later
      TRY(auto announcer, Announcer::open());
      m_nic_tools.emplace(NicTools{std::move(announcer)});
    }
    return execute_nic_step(m_netlink, *m_nic_tools, step);
  }

 private:
  [[nodiscard]] Result<> change(const IfName& name, const LinkChange& wanted, const std::string& what) const {
    TRY(auto link, find_link(m_netlink, name));
    if (!link)
      return fail(Error{ErrorKind::conflict, what, "the device is gone", {}});
    return change_found(m_netlink, *link, wanted, what);
  }

  /// One that bears a mark already was somebody else's, who was as fast as we.
  [[nodiscard]] Result<> mark_bridge(const IfName& name, const MacAddress& mac,
                                     const std::optional<NatMark>& nat) const {
    const std::string what = "cannot mark bridge " + name.str();
    TRY(auto link, find_link(m_netlink, name));
    const std::string mark = bridge_mark(nat);
    if (!link || !link->is_bridge() || link->mac != mac || !(link->alias.empty() || link->alias == mark))
      return fail(Error{ErrorKind::conflict, what, "another device has taken its name", {}});
    return change_found(m_netlink, *link, {.alias = mark}, what);
  }

  [[nodiscard]] Result<> take_back_bridge(const CreateBridge& step) const {
    TRY(auto link, find_link(m_netlink, step.name));
    if (!link || link->mac != step.mac)
      return ok();
    return delete_link(m_netlink, link->index, "cannot delete bridge " + step.name.str());
  }

  Netlink& m_netlink;
  std::optional<NicTools>& m_nic_tools;
};

} // namespace

Result<std::unique_ptr<KernelHost>> KernelHost::open() {
  TRY(auto netlink, Netlink::open());
  return std::make_unique<KernelHost>(std::move(netlink));
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
  return std::visit(Executor{m_netlink, m_nic_tools}, step);
}

} // namespace vdeup::kernel
