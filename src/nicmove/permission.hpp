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

/// An address of a NIC that ends unless it is renewed.
struct ExpiringAddress {
  IpAddress address;
  std::uint32_t seconds = 0;     ///< from now
  bool is_from_a_router = false; ///< IPv6: the kernel renews it with each router advertisement
  bool is_temporary = false;     ///< IPv6: the kernel replaces it
};

/// What depends on a NIC.
struct NicDependents {
  std::vector<IpAddress> addresses{};
  std::vector<ExpiringAddress> expiring{};
  std::vector<NetworkSession> sessions{}; ///< logins of the requester, over any interface
  std::vector<RemoteMount> mounts{};
  std::vector<NicManager> managers{};
  std::vector<std::string> firewall{}; ///< rules that name it and not the destination
  /// Managers that run and will be told of the move (plan_handover). They need no -f.
  std::vector<NicManager::Kind> reachable_managers{};
  /// For the commands by which the manager makes the bridge itself (describe_bridge).
  std::optional<managers::BridgeConfiguration> bridge{};
};

// Objections to a move of this NIC. Each function is pure.

/// Logins over this NIC, or over a tunnel that may use it.
[[nodiscard]] std::vector<Objection> session_objections(const Link& nic, const NicDependents& dependents,
                                                        const HostLinks& host);
/// Network file systems over this NIC.
[[nodiscard]] std::vector<Objection> mount_objections(const Link& nic, const NicDependents& dependents,
                                                      const HostLinks& host);
/// Managers that would undo the move and cannot be told of it, or that would no longer renew an address.
[[nodiscard]] std::vector<Objection> manager_objections(const Link& nic, const NicDependents& dependents);

/// Firewall rules for the NIC, which do not apply to another interface. They may protect the host or permit
/// logins.
[[nodiscard]] std::vector<Objection> firewall_objections(const Link& nic, const NicDependents& dependents);

/// True if packets to a link can leave through the NIC: the link is the NIC, or is stacked on it, or is a
/// tunnel whose packets may take it according to the default routes.
[[nodiscard]] bool leads_through(std::uint32_t link, const Link& nic, const HostLinks& host);

/// Permit the move of a NIC or refuse it with all objections. Objections that yield to force become notes.
/// Returns the notes, for people. Errors: refused.
[[nodiscard]] Result<std::vector<std::string>>
check_permission(const NicChoice& choice, const NicDependents& dependents, const HostLinks& host, bool force);

} // namespace vdeup::nicmove
