#pragma once

#include "base/capability.hpp"
#include "base/identity.hpp"

#include <optional>

namespace vdeup::kernel {

/// Become this user and keep CAP_NET_ADMIN only, permanently: executed programs gain nothing (no_new_privs),
/// and no other process can inspect this one (not dumpable). CAP_NET_BIND_SERVICE and CAP_NET_RAW stay
/// permitted if they were, but not effective: started programs may inherit them. Works the same from root and
/// from a file capability. Call it in the only thread.
/// Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> keep_network_rights(const Identity& user);

/// Stay root and keep only the capabilities that moving a NIC needs, permanently: CAP_NET_ADMIN and
/// CAP_NET_RAW for the move and its proof; where available, CAP_BPF for the detour of packets, CAP_SYS_PTRACE
/// and CAP_DAC_READ_SEARCH to find dependent logins, CAP_IPC_LOCK and CAP_SYS_RESOURCE for the watchdog. Call
/// it in the only thread. Errors: not_permitted without the first two.
[[nodiscard]] Result<> keep_mover_rights();

/// The first of these capabilities that is not permitted to this process, so that programs cannot inherit it;
/// nothing if all are.
[[nodiscard]] Result<std::optional<Capability>> find_missing(const Capabilities& wanted);

/// True if this capability is effective in this process.
[[nodiscard]] bool is_effective(Capability capability);

} // namespace vdeup::kernel
