#include "privilege/request_handler.hpp"

#include "kernel/kernel_host.hpp"
#include "kernel/vm_tap.hpp"
#include "nat/nat_networks.hpp"
#include "privilege/link_checks.hpp"

#include <fmt/format.h>

namespace vdeup::privilege {

using config::Right;

Result<RequestHandler> RequestHandler::open(AccessRules rules, std::optional<NicMonitor> monitor) {
  auto shared_rules = std::make_shared<const AccessRules>(std::move(rules));
  TRY(auto for_checks, kernel::Netlink::open());
  TRY(auto netlink, kernel::Netlink::open());
  const auto checks = link_checks(std::move(for_checks), shared_rules);
  TRY(auto links, kernel::KernelHost::open(checks));
  return RequestHandler{
      std::move(netlink),
      std::move(shared_rules),
      {std::move(links), std::make_unique<kernel::KernelLane>(checks), std::make_unique<nat::NatNetworks>()},
      std::move(monitor)};
}

Result<> RequestHandler::may_attach(const IfName& bridge) {
  const PolicyCheck check{*m_rules, fmt::format("cannot attach to {}", bridge.str())};
  TRY(check.allow(bridge, Right::tap));
  return check.allow_count(m_netlink, 1);
}

Result<> RequestHandler::execute(const LinkStep& step) {
  return m_hosts.links->execute(step);
}

Result<engine::VmTap> RequestHandler::open_tap(const VmTapPlan& plan) {
  return m_hosts.lanes->open_tap(plan);
}

// Safe: nothing is done here, and the monitor checks the same again.
Result<std::optional<MovedNic>> RequestHandler::execute(const NicRequest& request, int channel,
                                                        const std::function<void(const std::string&)>& tell) {
  const std::string what = "cannot " + describe(request);
  const PolicyCheck check{*m_rules, what};
  const auto* in = std::get_if<MoveNicIn>(&request);
  const auto* out = std::get_if<MoveNicOut>(&request);
  if (in != nullptr || out != nullptr) {
    TRY(check.allow(in != nullptr ? in->bridge : out->bridge, Right::nic));
  }
  TRY(check.allow_nic_somewhere());
  if (!m_monitor)
    return fail(Error{ErrorKind::not_permitted,
                      what,
                      "this takes root, and vdeup-helper has been started with a capability alone",
                      {}});
  return m_monitor->execute(request, channel, tell);
}

} // namespace vdeup::privilege
