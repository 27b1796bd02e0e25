#include "privilege/policy_check.hpp"

#include "kernel/links.hpp"
#include "model/step.hpp"
#include "model/vm_tap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

using Kind = config::Verdict::Kind;

constexpr std::string_view k_own_bridges = "ctysbr";

/// A word of ours with a number without leading zeros.
bool is_numbered(const std::string& name, std::string_view word) {
  if (!name.starts_with(word))
    return false;
  const std::string_view number = std::string_view{name}.substr(word.size());
  return !number.empty() &&
         std::all_of(number.begin(), number.end(), [](char digit) { return digit >= '0' && digit <= '9'; }) &&
         (number.size() == 1 || number.front() != '0');
}

bool is_of(const Link& link, uid_t uid) {
  if (const auto mark = TapMark::parse(link.alias))
    return mark->owner == uid;
  const auto mark = VmTapMark::parse(link.alias);
  return mark && mark->owner == uid;
}

} // namespace

Error PolicyCheck::refusal(std::string cause) const {
  return Error{ErrorKind::refused, m_what, std::move(cause),
               "the administrator of this host decides; see vdeup-policy(5)"};
}

Error PolicyCheck::foreign_owner() const {
  return refusal("only root can work for another user");
}

Result<> PolicyCheck::own_mark(const std::optional<NatMark>& mark) const {
  return !mark || mark->owner == m_rules.caller.uid ? Result<>{ok()} : fail(foreign_owner());
}

Result<> PolicyCheck::conclude(const config::Verdict& verdict, const std::string& object) const {
  const std::string& user = m_rules.caller.name;
  if (verdict.kind == Kind::allowed)
    return ok();
  return fail(refusal(verdict.kind == Kind::denied
                          ? fmt::format("{} denies {} to {}", verdict.reason, object, user)
                          : fmt::format("{} allows {} to {}", verdict.reason, object, user)));
}

Result<> PolicyCheck::allow(const IfName& bridge, config::Right right) const {
  config::Verdict verdict = m_rules.policy.evaluate(m_rules.caller, bridge, right);
  if (verdict.kind == Kind::silent && right == config::Right::tap)
    if (auto by_qemu = m_rules.qemu_bridges.evaluate(bridge); by_qemu.kind != Kind::silent)
      verdict = std::move(by_qemu);
  return conclude(verdict, fmt::format("'{}' on {}", config::right_text(right), bridge.str()));
}

Result<> PolicyCheck::allow_new_bridge(const IfName& name) const {
  TRY(allow(name, config::Right::bridge));
  const auto verdict = m_rules.policy.evaluate(m_rules.caller, name, config::Right::bridge);
  if (verdict.by_wildcard && !is_numbered(name.str(), k_own_bridges))
    return fail(refusal(fmt::format("{} allows every bridge that there is; to make {}, a line has to name it",
                                    verdict.reason, name.str())));
  return ok();
}

Result<> PolicyCheck::allow_new_private_network(const IfName& name) const {
  TRY(allow(name, config::Right::nat));
  const auto verdict = m_rules.policy.evaluate(m_rules.caller, name, config::Right::nat);
  for (unsigned number = 0; number < k_max_nat_bridges; ++number)
    if (const auto own = nat_bridge_name(m_rules.caller.uid, number); own && own.value() == name)
      return ok();
  if (!verdict.by_wildcard)
    return ok();
  return fail(
      refusal(fmt::format("{} is not a name for a private network of {}", name.str(), m_rules.caller.name)));
}

Result<> PolicyCheck::allow_nic_somewhere() const {
  return conclude(m_rules.policy.evaluate_anywhere(m_rules.caller, config::Right::nic), "'nic'");
}

Result<> PolicyCheck::allow_taps() const {
  config::Verdict verdict = m_rules.policy.evaluate_anywhere(m_rules.caller, config::Right::tap);
  if (verdict.kind == Kind::silent && m_rules.qemu_bridges.allows_any())
    verdict.kind = Kind::allowed;
  return conclude(verdict, "'tap'");
}

template <class IsCounted>
Result<bool> PolicyCheck::is_within_limit(kernel::Netlink& netlink, unsigned more,
                                          IsCounted is_counted) const {
  TRY(auto links, kernel::list_links(netlink));
  const auto count = std::count_if(links.begin(), links.end(), is_counted);
  return static_cast<std::size_t>(count) + more <= m_rules.policy.tap_limit(m_rules.caller);
}

Result<> PolicyCheck::allow_count(kernel::Netlink& netlink, unsigned more) const {
  const auto is_tap = [this](const Link& link) { return is_of(link, m_rules.caller.uid); };
  TRY(const bool is_within, is_within_limit(netlink, more, is_tap));
  if (is_within)
    return ok();
  const unsigned limit = m_rules.policy.tap_limit(m_rules.caller);
  return fail(refusal(fmt::format("{} may have {} TAP{} at a time, and has them", m_rules.caller.name, limit,
                                  limit == 1 ? "" : "s")));
}

Result<> PolicyCheck::allow_network_count(kernel::Netlink& netlink, unsigned more) const {
  const auto is_network = [this](const Link& link) {
    const auto mark = NatMark::parse(link.alias);
    return mark && mark->owner == m_rules.caller.uid;
  };
  TRY(const bool is_within, is_within_limit(netlink, more, is_network));
  if (is_within)
    return ok();
  const unsigned limit = m_rules.policy.tap_limit(m_rules.caller);
  return fail(
      refusal(fmt::format("{} may have {} private network{} at a time, and has {}", m_rules.caller.name,
                          limit, limit == 1 ? "" : "s", limit == 1 ? "it" : "them")));
}

} // namespace vdeup::privilege
