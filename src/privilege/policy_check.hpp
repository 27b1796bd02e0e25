#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"
#include "privilege/access_rules.hpp"

#include <optional>
#include <string>

namespace vdeup::privilege {

/// Compares a request with the rules. Errors: refused, naming the line of the policy, or that there is none;
/// `what` begins the message.
class PolicyCheck {
 public:
  PolicyCheck(const AccessRules& rules, std::string what) : m_rules(rules), m_what(std::move(what)) {}

  /// The caller has a right for a bridge. QEMU's list counts for TAPs where the policy has no line.
  [[nodiscard]] Result<> allow(const IfName& bridge, config::Right right) const;
  /// The caller may create a bridge of this name: one that a line names, or `ctysbrN`. A star is for existing
  /// bridges: a firewall could take a new device under any name for another one.
  [[nodiscard]] Result<> allow_new_bridge(const IfName& name) const;
  /// The same for the bridge of a private network: one that a line names, or one of the caller's own names,
  /// so that nobody takes another user's.
  [[nodiscard]] Result<> allow_new_private_network(const IfName& name) const;
  /// The caller has no more private networks than TAPs are allowed, with `more` to come.
  [[nodiscard]] Result<> allow_network_count(kernel::Netlink& netlink, unsigned more) const;
  /// The caller may move a NIC into some bridge.
  [[nodiscard]] Result<> allow_nic_somewhere() const;
  /// The caller may create TAPs.
  [[nodiscard]] Result<> allow_taps() const;
  /// The caller has no more TAPs than allowed, with `more` to come. A new one counts once it has its mark.
  [[nodiscard]] Result<> allow_count(kernel::Netlink& netlink, unsigned more) const;
  /// A mark, if there is one, names the caller.
  [[nodiscard]] Result<> own_mark(const std::optional<NatMark>& mark) const;

  [[nodiscard]] Error refusal(std::string cause) const;
  /// The error for a step that works for another user than the caller.
  [[nodiscard]] Error foreign_owner() const;
  [[nodiscard]] const std::string& what() const { return m_what; }

 protected:
  [[nodiscard]] const AccessRules& rules() const { return m_rules; }

 private:
  template <class IsCounted>
  [[nodiscard]] Result<bool> is_within_limit(kernel::Netlink& netlink, unsigned more,
                                             IsCounted is_counted) const;
  [[nodiscard]] Result<> conclude(const config::Verdict& verdict, const std::string& object) const;

  const AccessRules& m_rules;
  std::string m_what;
};

} // namespace vdeup::privilege
