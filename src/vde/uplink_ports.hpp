#pragma once

#include "base/result.hpp"
#include "model/uplink.hpp"

#include <sys/types.h>

namespace vdeup::vde {

/// See that a port of this host can be had, by having it for a moment.
/// Errors: refused if somebody has it; not_permitted for one that takes a privilege; missing if the host has
/// no such address.
[[nodiscard]] Result<> check_host_port(const Forward& forward);

/// True if a process has the port of this host open that a forward begins at: one of its sockets is the one
/// that the kernel lists there, proc(5) net/tcp. slirp itself says nothing when it could not have a port.
[[nodiscard]] bool has_host_port(pid_t pid, const Forward& forward);

} // namespace vdeup::vde
