#include "config/policy.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "config/policy_reader.hpp"
#include "config/trusted_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

constexpr unsigned k_default_taps = 16;

/// By the databases and not by the groups of a process: what the administrator has written is what counts.
bool is_about(const PolicyRule& rule, const Identity& user) {
  switch (rule.who) {
  case PolicyRule::Who::all:
    return true;
  case PolicyRule::Who::user:
    return rule.name == user.name;
  case PolicyRule::Who::group:
    break;
  }
  const auto group = find_group(rule.name);
  return group && group.value() && is_member(user, group.value()->gid);
}

bool has(const PolicyRule& rule, Right right) {
  return std::find(rule.rights.begin(), rule.rights.end(), right) != rule.rights.end();
}

} // namespace

std::string_view right_text(Right right) {
  constexpr std::array<std::string_view, 4> texts{"tap", "bridge", "nic", "nat"};
  return texts.at(static_cast<std::size_t>(right));
}

Result<Policy> Policy::read(const std::string& path, const Reader& reader) {
  Policy policy;
  policy.m_path = path;
  TRY(policy.m_rules, read_rules(path, reader));
  return policy;
}

Verdict Policy::silent() const {
  return Verdict{Verdict::Kind::silent, m_rules.empty() ? fmt::format("{} has no line", printable(m_path))
                                                        : fmt::format("no line of {}", printable(m_path))};
}

Verdict Policy::evaluate(const Identity& user, const IfName& bridge, Right right) const {
  Verdict verdict = silent();
  for (const PolicyRule& rule : m_rules) {
    if (!has(rule, right) || (rule.bridge && rule.bridge != bridge) || !is_about(rule, user))
      continue;
    if (!rule.allows)
      return Verdict{Verdict::Kind::denied, rule.place};
    if (verdict.kind == Verdict::Kind::silent)
      verdict = Verdict{Verdict::Kind::allowed, rule.place};
    verdict.by_wildcard = verdict.by_wildcard && !rule.bridge;
  }
  return verdict;
}

Verdict Policy::evaluate_anywhere(const Identity& user, Right right) const {
  Verdict verdict = silent();
  for (const PolicyRule& rule : m_rules) {
    if (!has(rule, right) || !is_about(rule, user))
      continue;
    if (!rule.allows && !rule.bridge)
      return Verdict{Verdict::Kind::denied, rule.place};
    if (rule.allows && verdict.kind == Verdict::Kind::silent)
      verdict = Verdict{Verdict::Kind::allowed, rule.place};
  }
  return verdict;
}

unsigned Policy::tap_limit(const Identity& user) const {
  std::optional<unsigned> most;
  for (const PolicyRule& rule : m_rules)
    if (rule.allows && rule.taps && is_about(rule, user))
      most = std::max(most.value_or(0), *rule.taps);
  return most.value_or(k_default_taps);
}

Result<Policy> read_policy() {
  return Policy::read(VDEUP_POLICY, read_root_file);
}

} // namespace vdeup::config
