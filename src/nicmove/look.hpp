#pragma once

#include "dependents/dependents.hpp"
#include "model/nic.hpp"
#include "nicmove/asker.hpp"
#include "nicmove/hosts.hpp"
#include "nicmove/move_guard.hpp"
#include "nicmove/nic_choice.hpp"

#include <optional>
#include <vector>

namespace vdeup::nicmove {

/// A NIC that could go into a new bridge, with all that has to be known of it before.
struct SeenNic {
  NicChoice choice;
  NicSurvey survey;
  NicSnapshot nic;
  dependents::Dependents dependents;
  std::vector<NicManager> managers;
};

/// The kernel and the managers of this host. Nothing is opened at the latter before it is needed.
[[nodiscard]] Result<nicmove::MoveHosts> open_hosts();

/// The error of who comes too late. Its kind is conflict.
[[nodiscard]] Error is_gone(const IfName& name);

// What an interface has. Errors: conflict if it is gone. The second waits until the kernel has made up its
// mind about its addresses, five seconds at most.
[[nodiscard]] Result<NicSnapshot> snapshot(const nicmove::MoveHosts& hosts, const IfName& name);
[[nodiscard]] Result<NicSnapshot> settled_snapshot(const nicmove::MoveHosts& hosts, const IfName& name);

[[nodiscard]] Result<NicSurvey> survey_nics(const std::vector<Link>& links);

/// Choose the NIC for a new bridge (plan::choose_nic) and look at it. Nothing if none was asked for and this
/// host has no NIC that could be moved.
[[nodiscard]] Result<std::optional<SeenNic>> see_nic(const nicmove::MoveHosts& hosts, const Asker& asker,
                                                     const std::optional<IfName>& wanted, bool force,
                                                     const std::vector<Link>& links);

/// What depends on an interface whose addresses are to go to another one.
[[nodiscard]] Result<NicUse> use_of(const NicSnapshot& source, const IfName& destination,
                                    dependents::Dependents dependents, std::vector<NicManager> managers);

/// The logins whose peers are reached through a link.
[[nodiscard]] std::vector<NetworkSession>
sessions_over(const Link& link, const std::vector<NetworkSession>& sessions, const NicSurvey& survey);

} // namespace vdeup::nicmove
