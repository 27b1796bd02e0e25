#pragma once

#include "guard/observe.hpp"
#include "model/nic.hpp"
#include "moves/asker.hpp"
#include "plan/move_guard.hpp"
#include "plan/nic_choice.hpp"
#include "transaction/hosts.hpp"

#include <optional>
#include <vector>

namespace vdeup::moves {

/// A NIC that could go into a new bridge, with all that has to be known of it before.
struct SeenNic {
  plan::NicChoice choice;
  plan::NicSurvey survey;
  NicSnapshot nic;
  guard::Stakes stakes;
};

/// The kernel and the managers of this host. Nothing is opened at the latter before it is needed.
[[nodiscard]] Result<transaction::MoveHosts> open_hosts();

/// The error of who comes too late. Its kind is conflict.
[[nodiscard]] Error is_gone(const IfName& name);

// What an interface has. Errors: conflict if it is gone. The second waits until the kernel has made up its
// mind about its addresses, five seconds at most.
[[nodiscard]] Result<NicSnapshot> snapshot(const transaction::MoveHosts& hosts, const IfName& name);
[[nodiscard]] Result<NicSnapshot> settled_snapshot(const transaction::MoveHosts& hosts, const IfName& name);

[[nodiscard]] Result<plan::NicSurvey> survey_nics(const std::vector<Link>& links);

/// Choose the NIC for a new bridge (plan::choose_nic) and look at it. Nothing if none was asked for and this
/// host has no NIC that could be moved.
[[nodiscard]] Result<std::optional<SeenNic>> see_nic(const transaction::MoveHosts& hosts, const Asker& asker,
                                                     const std::optional<IfName>& wanted, bool force,
                                                     const std::vector<Link>& links);

/// What depends on an interface whose addresses are to go to another one.
[[nodiscard]] Result<plan::NicUse> use_of(const NicSnapshot& source, const IfName& destination,
                                          guard::Stakes stakes);

/// The logins whose peers are reached through a link.
[[nodiscard]] std::vector<NetworkSession>
sessions_over(const Link& link, const std::vector<NetworkSession>& sessions, const plan::NicSurvey& survey);

} // namespace vdeup::moves
