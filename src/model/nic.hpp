#pragma once

#include "model/names.hpp"
#include "model/route.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

// What an interface has that makes a host reachable through it. Nothing in these values names the interface
// itself: what was read from a NIC can be given to a bridge and back, and two interfaces that have the same
// have equal values. Numbers without a type of their own are the kernel's (linux/rtnetlink.h and its like).

/// Who has an address on the cable (`ip neighbour`).
struct Neighbour {
  enum class State { permanent, no_arp, reachable, stale };
  IpAddress address;
  std::optional<MacAddress> mac{};
  State state = State::stale;
  std::uint8_t flags = 0;    ///< NTF_*, such as that it is a router
  std::uint8_t protocol = 0; ///< who made it (RTPROT_*)
  bool is_proxy = false;     ///< we answer for it
  bool operator==(const Neighbour&) const = default;

  /// True if it was set by hand: the kernel forgets and finds out the others by itself.
  [[nodiscard]] bool is_set_by_hand() const { return is_proxy || state <= State::no_arp; }
};

/// One per-interface setting under /proc/sys/net.
struct Setting {
  enum class Group { ip4, ip6, ip4_neighbours, ip6_neighbours };
  Group group = Group::ip4;
  std::string key; ///< lower case letters, digits and underscores
  std::string value;
  bool operator==(const Setting&) const = default;
};
/// The directory of a group: "ipv4/conf".
[[nodiscard]] std::string_view directory_of(Setting::Group group);

/// An interface with all that it has, at one moment.
struct NicSnapshot {
  IfName name;
  std::uint32_t index = 0;
  std::string kind{}; ///< as Link::kind
  MacAddress mac;
  std::uint32_t mtu = 1500;
  bool is_up = false;
  std::optional<IfName> master{}; ///< the bridge that it is a port of
  std::string qdisc{};
  std::vector<IfName> ports{};               ///< of a bridge; of a bond those that are up
  std::vector<InterfaceAddress> addresses{}; ///< in the kernel's order, which decides who is primary
  std::vector<Route> routes{};               ///< but those that an address brings into the local table
  std::vector<RoutingRule> rules{};
  std::vector<Neighbour> neighbours{};
  std::vector<Setting> settings{};
  std::uint64_t taken_at = 0; ///< seconds since boot; lifetimes count from then

  /// The value of a setting, or nothing.
  [[nodiscard]] const std::string* setting(Setting::Group group, std::string_view key) const;
  bool operator==(const NicSnapshot&) const = default;
};

[[nodiscard]] std::string describe(const Neighbour& neighbour);
[[nodiscard]] std::string describe(const Setting& setting);

/// What `after` has less (`- …`) and more (`+ …`) than `before`, one a line; empty if they are equal. Does
/// not count what goes its own way: neighbours that were found out, the running down of lifetimes, what a
/// router prolongs, and addresses that are temporary in either of them.
[[nodiscard]] std::string differences(const NicSnapshot& before, const NicSnapshot& after);

} // namespace vdeup
