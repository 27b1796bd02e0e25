#include "privilege/helper_host.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::privilege {

Result<> HelperHost::execute(const LinkStep& step) {
  if (std::holds_alternative<DeleteTap>(step)) { // the owner of a TAP needs no privilege for it
    auto deleted = m_direct->execute(step);
    if (deleted || deleted.error().kind() != ErrorKind::not_permitted)
      return deleted;
  }
  const auto* tap = std::get_if<CreateTap>(&step);
  if (tap != nullptr && tap->owner.uid != ::geteuid())
    return fail(Error{ErrorKind::not_permitted,
                      fmt::format("cannot create TAP {} for {}", tap->name.str(), tap->owner.name),
                      "only root can work for another user",
                      {}});
  return m_client->execute(step);
}

Result<Nat> HelperNats::inspect(const IfName& bridge, const NatMark& mark) {
  TRY(auto seen, m_direct->inspect(bridge, mark));
  if (m_rules == Rules::asked_for && seen.network && !seen.has_rules)
    seen.has_rules = m_client->has_nat_rules(bridge, mark);
  return seen;
}

Result<std::vector<NatObstacle>> HelperNats::obstacles(const IfName& bridge) {
  TRY(m_client->may_masquerade(bridge));
  return std::vector<NatObstacle>{};
}

Result<> HelperNats::execute(const NatStep& step) {
  if (std::holds_alternative<StopDnsmasq>(step))
    return m_direct->execute(step);
  return m_client->execute(step);
}

} // namespace vdeup::privilege
