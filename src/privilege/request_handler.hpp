#pragma once

#include "engine/host.hpp"
#include "engine/lane.hpp"
#include "kernel/netlink.hpp"
#include "privilege/access_rules.hpp"
#include "privilege/nic_monitor.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace vdeup::privilege {

/// All requests that the helper executes. There are no others.
///
/// No request is trusted: the same executors as elsewhere do the work, after the helper's checks
/// (privilege/link_checks.cpp and nat_requests.cpp argue for each step why it is safe). Errors: refused,
/// naming the line of the policy or the device; else the kernel's.
class RequestHandler {
 public:
  /// Without a monitor no NIC can be moved.
  [[nodiscard]] static Result<RequestHandler> open(AccessRules rules, std::optional<NicMonitor> monitor = {});

  /// Check that the caller is permitted one more TAP on this bridge. Changes nothing.
  [[nodiscard]] Result<> may_attach(const IfName& bridge);
  /// Check that the caller is permitted a private network behind this bridge, and that no packet filter
  /// blocks its traffic. Changes nothing.
  [[nodiscard]] Result<> may_masquerade(const IfName& bridge);
  /// True if the rules of the caller's private network behind this bridge exist.
  [[nodiscard]] Result<bool> has_nat_rules(const IfName& bridge, const NatMark& mark);
  [[nodiscard]] Result<> execute(const LinkStep& step);
  [[nodiscard]] Result<> execute(const NatStep& step);
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan);
  /// Have the monitor move a NIC, for the client at the other end of `channel` (NicMonitor::execute).
  [[nodiscard]] Result<std::optional<MovedNic>> execute(const NicRequest& request, int channel,
                                                        const std::function<void(const std::string&)>& tell);

 private:
  struct Hosts {
    std::unique_ptr<engine::LinkHost> links;
    std::unique_ptr<engine::LaneHost> lanes;
    std::unique_ptr<engine::NatHost> nats;
  };
  RequestHandler(kernel::Netlink netlink, std::shared_ptr<const AccessRules> rules, Hosts hosts,
                 std::optional<NicMonitor> monitor)
      : m_netlink(std::move(netlink)),
        m_rules(std::move(rules)),
        m_hosts(std::move(hosts)),
        m_monitor(std::move(monitor)) {}

  kernel::Netlink m_netlink;
  std::shared_ptr<const AccessRules> m_rules;
  Hosts m_hosts;
  std::optional<NicMonitor> m_monitor;
};

} // namespace vdeup::privilege
