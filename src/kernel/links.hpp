#pragma once

#include "kernel/link_message.hpp"
#include "kernel/netlink.hpp"
#include "model/link.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::kernel {

// Each function is one request to the kernel; the equivalent ip(8) command stands above it in links.cpp.
// Errors: the kernel's answer. `conflict` where a name is taken, `missing` where a device is gone.

[[nodiscard]] Result<std::vector<Link>> list_links(Netlink& netlink);
[[nodiscard]] Result<std::optional<Link>> find_link(Netlink& netlink, const IfName& name);
[[nodiscard]] Result<std::optional<Link>> find_link(Netlink& netlink, std::uint32_t index);

/// What a bridge asks of br_netfilter; nothing if there is no such bridge.
[[nodiscard]] Result<std::optional<BridgeCalls>> find_bridge_calls(Netlink& netlink, std::uint32_t index);

/// Make a bridge that is right from its first moment: address, MTU, STP off and no forward delay in the
/// creating message, so that udev has no reason to give it another address (systemd issue 21185) and its
/// ports forward at once.
[[nodiscard]] Result<> create_bridge(Netlink& netlink, const IfName& name, const MacAddress& mac,
                                     std::uint32_t mtu);

/// Values that can be changed on any link. An empty optional leaves the value alone.
struct LinkChange {
  std::optional<bool> up{};
  std::optional<std::uint32_t> master{}; ///< index of the bridge, 0 for none
  std::optional<std::uint32_t> mtu{};
  std::optional<MacAddress> mac{};
  std::optional<std::string> alias{};
  bool no_ipv6_address = false; ///< never give itself a link-local address
  std::optional<std::uint8_t>
      ipv6_generation{}; ///< IN6_ADDR_GEN_MODE_*; makes no address at once, as the sysctl does
};

[[nodiscard]] Result<> change_link(Netlink& netlink, std::uint32_t index, const LinkChange& change,
                                   const std::string& what);

[[nodiscard]] Result<> delete_link(Netlink& netlink, std::uint32_t index, const std::string& what);

} // namespace vdeup::kernel
