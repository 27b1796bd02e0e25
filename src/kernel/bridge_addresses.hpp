#pragma once

#include "kernel/netlink.hpp"
#include "model/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace vdeup::kernel {

/// Read an RTM_NEWADDR message. Pure; nothing if it is another one, of another link, or of an address that is
/// not ready for use: one that may be a duplicate, or is on its way out.
[[nodiscard]] std::optional<IpAddress> parse_address(const nlmsghdr& message, std::uint32_t index);

/// List the addresses of a link that are ready for use.
[[nodiscard]] Result<std::vector<IpAddress>> list_addresses(Netlink& netlink, std::uint32_t index);

} // namespace vdeup::kernel
