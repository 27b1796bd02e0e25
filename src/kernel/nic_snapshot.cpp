#include "kernel/nic_snapshot.hpp"

#include "kernel/interface_addresses.hpp"
#include "kernel/interface_settings.hpp"
#include "kernel/kernel_events.hpp"
#include "kernel/links.hpp"
#include "kernel/neighbours.hpp"
#include "kernel/routes.hpp"
#include "kernel/rules.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <ctime>

namespace vdeup::kernel {
namespace {

std::uint64_t seconds_since_boot() {
  timespec now{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &now); // it cannot fail: this clock is always there
  return static_cast<std::uint64_t>(now.tv_sec);
}

/// Tell the bridge that it is a port of, and the ports that are below it.
Result<> read_neighbourhood(const std::vector<Link>& links, const Link& link, NicSnapshot& nic) {
  for (const Link& other : links) {
    const bool is_master = link.master != 0 && other.index == link.master;
    const bool is_port = other.master == link.index && (other.is_up || link.is_bridge());
    if (!is_master && !is_port)
      continue;
    TRY(auto name, IfName::parse(other.name));
    if (is_master)
      nic.master = std::move(name);
    else
      nic.ports.push_back(std::move(name));
  }
  return ok();
}

/// An address that is found to be somebody else's stays so.
bool is_unready(const InterfaceAddress& address) {
  return (address.flags & k_unready_address) != 0 && (address.flags & k_duplicate_address) == 0;
}

} // namespace

Result<std::unique_ptr<KernelNics>> KernelNics::open() {
  TRY(auto netlink, Netlink::open());
  return std::make_unique<KernelNics>(std::move(netlink));
}

Result<std::optional<NicSnapshot>> KernelNics::snapshot(const IfName& name) {
  TRY(auto link, find_link(m_netlink, name));
  if (!link)
    return std::optional<NicSnapshot>{};
  if (!link->mac)
    return fail(Error{ErrorKind::refused, "cannot use " + name.str(), "it is not an Ethernet interface", {}});
  NicSnapshot nic{.name = name,
                  .index = link->index,
                  .kind = link->kind,
                  .mac = *link->mac,
                  .mtu = link->mtu,
                  .is_up = link->is_up,
                  .qdisc = link->qdisc,
                  .taken_at = seconds_since_boot()};
  const Device device{link->index, name};
  TRY(auto links, list_links(m_netlink));
  TRY(read_neighbourhood(links, *link, nic));
  TRY(nic.addresses, list_interface_addresses(m_netlink, device));
  TRY(nic.routes, list_routes(m_netlink, device));
  TRY(nic.rules, list_rules(m_netlink, device));
  TRY(nic.neighbours, list_neighbours(m_netlink, device));
  TRY(nic.settings, list_settings(name));
  return std::optional{std::move(nic)};
}

Result<std::optional<NicSnapshot>> KernelNics::settled_snapshot(const IfName& name,
                                                                const Deadline& deadline) {
  TRY(auto events, KernelEvents::open(RTMGRP_IPV6_IFADDR, "cannot wait for the addresses of " + name.str()));
  std::optional<NicSnapshot> seen;
  const auto settled = events.wait_until(
      [&]() -> Result<bool> {
        TRY(seen, snapshot(name));
        return !seen || std::none_of(seen->addresses.begin(), seen->addresses.end(), is_unready);
      },
      deadline);
  if (!settled && settled.error().kind() != ErrorKind::timed_out)
    return fail(settled.error());
  return seen;
}

} // namespace vdeup::kernel
