#pragma once

#include "base/capability.hpp"
#include "base/identity.hpp"

#include <optional>

namespace vdeup::kernel {

/// Be this user and nobody else, with CAP_NET_ADMIN, for good: no program that is executed later gives more
/// (no_new_privs), and no other process may look into this one. CAP_NET_BIND_SERVICE and CAP_NET_RAW stay
/// permitted, if they were, and never take effect: they are for a program that is started to keep, and what
/// this process does itself cannot make use of them. No other capability stays. The way there is the same
/// from root and from a file capability. In the only thread.
/// Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> keep_network_rights(const Identity& user);

/// Stay root, with no other capabilities than those that moving a NIC takes, for good: CAP_NET_ADMIN and
/// CAP_NET_RAW for the move and its proof; as far as root has them here, CAP_BPF for the detour of its
/// packets, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH to see whose logins are at stake, and CAP_IPC_LOCK
/// and CAP_SYS_RESOURCE for its watchdog. In the only thread. Errors: not_permitted without the
/// first two.
[[nodiscard]] Result<> keep_mover_rights();

/// The first of these capabilities that this process is not permitted, and so cannot hand on; none if it may
/// hand on all.
[[nodiscard]] Result<std::optional<Capability>> find_missing(const Capabilities& wanted);

/// True if this capability is effective in this process.
[[nodiscard]] bool is_effective(Capability capability);

} // namespace vdeup::kernel
