#pragma once

#include "dependents/dependents.hpp"
#include "model/nic.hpp"
#include "nicmove/hosts.hpp"
#include "nicmove/nic_choice.hpp"
#include "nicmove/permission.hpp"
#include "nicmove/requester.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

/// A NIC that could go into a new bridge, with all that a decision needs.
struct ObservedNic {
  NicChoice choice;
  HostLinks host;
  NicSnapshot nic;
  dependents::Dependents dependents;
  std::vector<NicManager> managers;
};

/// Observe Wi-Fi stations and default routes, in addition to `links`.
[[nodiscard]] Result<HostLinks> observe_host_links(std::vector<Link> links);

/// Choose the NIC for a new bridge (choose_nic). Nothing if no NIC was named and this host has no NIC that
/// can be moved.
[[nodiscard]] Result<std::optional<NicChoice>> find_nic(const std::optional<IfName>& wanted, bool force,
                                                        const HostLinks& host);

/// Choose the NIC for a new bridge and observe it. Nothing as for find_nic().
[[nodiscard]] Result<std::optional<ObservedNic>> observe_nic(const MoveHosts& hosts,
                                                             const Requester& requester,
                                                             const std::optional<IfName>& wanted, bool force);

/// What depends on an interface whose addresses are to move to another one.
[[nodiscard]] Result<NicDependents> dependents_of(const NicSnapshot& source, const IfName& destination,
                                                  dependents::Dependents dependents,
                                                  std::vector<NicManager> managers);

/// The logins whose peers are reached through a link.
[[nodiscard]] std::vector<NetworkSession>
sessions_over(const Link& link, const std::vector<NetworkSession>& sessions, const HostLinks& host);

} // namespace vdeup::nicmove
