#pragma once

#include "model/link.hpp"

#include <linux/netlink.h>

#include <optional>

namespace vdeup::kernel {

/// Read an RTM_NEWLINK message. Pure; nothing if it is another message or too short.
[[nodiscard]] std::optional<Link> parse_link(const nlmsghdr& message);

/// What a bridge itself asks of br_netfilter, beside the sysctls: `nf_call_iptables` and `nf_call_ip6tables`.
struct BridgeCalls {
  bool iptables = false;
  bool ip6tables = false;
};

/// Read the same message for these. Pure; nothing if it is not of a bridge, or the kernel does not say.
[[nodiscard]] std::optional<BridgeCalls> parse_bridge_calls(const nlmsghdr& message);

} // namespace vdeup::kernel
