#pragma once

#include "model/names.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vdeup {

/// What a bridge does with the frames of a port (BR_STATE_* in linux/if_bridge.h).
enum class PortState { disabled, listening, learning, forwarding, blocking };

/// What has gone through an interface, from its first moment (IFLA_STATS64): in is to this host, out is from
/// it.
struct LinkCounters {
  std::uint64_t packets_in = 0, bytes_in = 0, packets_out = 0, bytes_out = 0;
  bool operator==(const LinkCounters&) const = default;
};

/// What the kernel says of one network interface, free of interpretation. An optional that is empty means
/// "the kernel did not say".
struct Link {
  std::uint32_t index = 0;
  std::string name;
  std::string kind; ///< IFLA_INFO_KIND: bridge, tun, veth, …; empty for a physical NIC
  std::optional<MacAddress> mac{};
  std::uint32_t mtu = 0;
  bool is_up = false;       ///< IFF_UP: somebody set it up
  bool has_carrier = false; ///< IFF_LOWER_UP: there is something at the other end
  bool is_running = false;  ///< IFF_RUNNING: and what is sent goes out
  std::uint32_t master = 0; ///< index of the bridge or bond it belongs to, or 0
  std::string alias{};
  std::string qdisc{};
  std::optional<bool> bridge_stp{}; ///< of a bridge
  std::optional<uid_t> tun_owner{}; ///< of a TUN or TAP with an owner
  bool is_tap = false;              ///< a TUN device in TAP mode
  bool is_multi_queue = false;
  std::uint32_t tun_queues = 0; ///< of a multi-queue TAP: how many descriptors hold one, in use or not
  std::optional<PortState> port_state{}; ///< of a port of a bridge
  LinkCounters counters{};
  std::string port_kind{}; ///< what kind of device it is a part of: bridge, bond, team, vrf, …; or empty
  std::uint32_t lower = 0; ///< index of the device it stands on, as a VLAN on its NIC, or 0
  bool lower_is_elsewhere = false; ///< that index counts in another network namespace
  bool is_loopback = false;
  bool is_ethernet = true; ///< its frames are Ethernet's

  [[nodiscard]] bool is_bridge() const { return kind == "bridge"; }
};

} // namespace vdeup
