#pragma once

#include "model/link.hpp"

#include <linux/netlink.h>

#include <optional>

namespace vdeup::kernel {

/// Read an RTM_NEWLINK message. Pure; nothing if it is another message or too short.
[[nodiscard]] std::optional<Link> parse_link(const nlmsghdr& message);

} // namespace vdeup::kernel
