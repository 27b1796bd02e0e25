#pragma once

#include "managers/bridge_configuration.hpp"
#include "model/link.hpp"
#include "model/network_session.hpp"
#include "model/nic_manager.hpp"
#include "model/remote_mount.hpp"
#include "nicmove/nic_choice.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::nicmove {

/// An address of a NIC that goes away by itself unless somebody renews it.
struct ExpiringAddress {
  IpAddress address;
  std::uint32_t seconds = 0;     ///< from now
  bool is_from_a_router = false; ///< IPv6: the kernel renews it, as often as a router tells of it
  bool is_temporary = false;     ///< IPv6: the kernel makes another one in its place
};

/// What depends on a NIC beside the frames that go through it.
struct NicDependents {
  std::vector<IpAddress> addresses{};
  std::vector<ExpiringAddress> expiring{};
  std::vector<NetworkSession> sessions{}; ///< those of the caller, over whatever interface
  std::vector<RemoteMount> mounts{};
  std::vector<NicManager> managers{};
  std::vector<std::string> firewall{}; ///< where the packet filter names it, and not where it is to go
  /// Those that run and will be told of the move (plan_handover): nobody has to insist because of them.
  std::vector<NicManager::Kind> reachable_managers{};
  /// What the bridge is to have, for the commands by which its manager makes it (describe_bridge).
  std::optional<managers::BridgeConfiguration> bridge{};
};

// Each function is pure and gives the reasons not to move this NIC now.

/// A login over this NIC, or over a tunnel that can go out of it.
[[nodiscard]] std::vector<Objection> session_objections(const Link& nic, const NicDependents& dependents,
                                                        const HostLinks& host);
/// A file system over this NIC.
[[nodiscard]] std::vector<Objection> mount_objections(const Link& nic, const NicDependents& dependents,
                                                      const HostLinks& host);
/// A program that would undo the move and cannot be told of it, or that would no longer renew an address
/// after it.
[[nodiscard]] std::vector<Objection> manager_objections(const Link& nic, const NicDependents& dependents);

/// Rules for the NIC, which say nothing of what comes in at another interface. Those that let logins in may
/// be among them.
[[nodiscard]] std::vector<Objection> firewall_objections(const Link& nic, const NicDependents& dependents);

/// True if what leaves through a link can leave through the NIC: it is the NIC, or stands on it, or is a
/// tunnel, whose packets can take the NIC as far as the default routes tell.
[[nodiscard]] bool leads_through(std::uint32_t link, const Link& nic, const HostLinks& host);

/// Let a NIC be moved, or not; all that speaks against it is in the answer. What yields to force becomes a
/// note. Notes are for people.
/// Errors: refused.
[[nodiscard]] Result<std::vector<std::string>>
check_permission(const NicChoice& choice, const NicDependents& dependents, const HostLinks& host, bool force);

} // namespace vdeup::nicmove
