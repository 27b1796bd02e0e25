#pragma once

#include "base/identity.hpp"

namespace vdeup::kernel {

/// Be this user and nobody else, with CAP_NET_ADMIN and no other capability, for good: no program that is
/// executed later gives more (no_new_privs), and no other process may look into this one. The way there is
/// the same from root and from a file capability. In the only thread.
/// Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<> keep_net_admin_only(const Identity& user);

} // namespace vdeup::kernel
