#pragma once

#include "base/result.hpp"
#include "model/uplink.hpp"

#include <sys/types.h>

namespace vdeup::vde {

/// Check that a port of this host is free, by binding it for a moment.
/// Errors: refused if it is in use; not_permitted if it needs a privilege; missing if the host has no such
/// address.
[[nodiscard]] Result<> check_host_port(const Forward& forward);

/// True if a process has the host port of a forward open: one of its sockets is listed there by the kernel
/// (proc(5), net/tcp). slirp itself does not report a port that it could not open.
[[nodiscard]] bool has_host_port(pid_t pid, const Forward& forward);

} // namespace vdeup::vde
