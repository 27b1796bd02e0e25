#pragma once

#include "kernel/netlink.hpp"
#include "privilege/menu_rules.hpp"

namespace vdeup::privilege {

/// Holds what a caller asks for against the rules. Each method is silent about what is right.
/// Errors: refused, naming the line, or that there is none. `what` begins the message.
class Judge {
 public:
  Judge(const MenuRules& rules, std::string what) : m_rules(rules), m_what(std::move(what)) {}

  /// The caller has a right on a bridge. QEMU's list counts for TAPs where the policy says nothing.
  [[nodiscard]] Result<> allow(const IfName& bridge, config::Right right) const;
  /// The caller may make a bridge of this name: one that a line names, or `ctysbrN`. A star is for the
  /// bridges that there are: a new device under any name could be taken for another one by a firewall.
  [[nodiscard]] Result<> allow_new_bridge(const IfName& name) const;
  /// The same for a bridge that is to be a private network: one that a line names, or one of the caller's own
  /// names, so that nobody takes another user's.
  [[nodiscard]] Result<> allow_new_private_network(const IfName& name) const;
  /// The caller does not have more private networks than TAPs are allowed, with those that are to come.
  [[nodiscard]] Result<> allow_network_count(kernel::Netlink& netlink, unsigned to_come) const;
  /// The caller may move a NIC into some bridge.
  [[nodiscard]] Result<> allow_nic_somewhere() const;
  /// The caller may make TAPs.
  [[nodiscard]] Result<> allow_taps() const;
  /// The caller does not have more TAPs than allowed, with those that are still to come. A new one is counted
  /// when it is there and bears its mark.
  [[nodiscard]] Result<> allow_count(kernel::Netlink& netlink, unsigned to_come) const;

  [[nodiscard]] Error refusal(std::string cause) const;

 private:
  template <class IsCounted>
  [[nodiscard]] Result<bool> is_within_limit(kernel::Netlink& netlink, unsigned to_come,
                                             IsCounted is_counted) const;
  [[nodiscard]] Result<> conclude(const config::Verdict& verdict, const std::string& object) const;

  const MenuRules& m_rules;
  std::string m_what;
};

} // namespace vdeup::privilege
