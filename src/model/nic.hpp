#pragma once

#include "model/ip_address.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup {

// What an interface has that makes a host reachable through it. Nothing in these values names the interface
// itself: what was read from a NIC can be given to a bridge and back, and two interfaces that have the same
// have equal values. Numbers without a type of their own are the kernel's (linux/rtnetlink.h and its like).

/// One attribute of a netlink message that is kept as it came: what we do not read we do not lose.
struct RawAttribute {
  std::uint16_t type = 0;
  std::vector<std::uint8_t> bytes;
  bool operator==(const RawAttribute&) const = default;
};

/// An address with the length of its prefix.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;
  bool operator==(const IpPrefix&) const = default;
  [[nodiscard]] std::string str() const;
};

inline constexpr std::uint32_t k_forever = 0xffffffff; ///< a lifetime without end

// Flags of an address that somebody chose (IFA_F_* in linux/if_addr.h); kernel/interface_addresses.cpp holds
// these numbers to it.
inline constexpr std::uint32_t k_temporary_address =
    0x01; ///< of IPv6; the kernel makes them, nobody else can
inline constexpr std::uint32_t k_no_duplicate_detection = 0x02;
inline constexpr std::uint32_t k_duplicate_address = 0x08; ///< somebody else has it: it is out of use
inline constexpr std::uint32_t k_unready_address =
    0x48; ///< that, or the kernel is still looking whether it is
inline constexpr std::uint32_t k_manages_temporary = 0x100;
inline constexpr std::uint32_t k_no_prefix_route = 0x200;

/// An address of an interface (`ip address`).
struct InterfaceAddress {
  IpPrefix local;
  std::optional<IpAddress> peer{};
  std::optional<IpAddress> broadcast{};
  std::string label{};     ///< of IPv4: empty: the interface's name; ":1": that name and ":1"; else itself
  std::uint8_t scope = 0;  ///< RT_SCOPE_*
  std::uint32_t flags = 0; ///< IFA_F_*, without those that the kernel works out
  std::uint32_t valid = k_forever; ///< seconds, from when it was read
  std::uint32_t preferred = k_forever;
  std::uint32_t route_metric = 0; ///< of the route to its prefix; 0: the kernel's choice
  std::uint8_t protocol = 0;      ///< who made it (IFAPROT_*)
  bool operator==(const InterfaceAddress&) const = default;

  /// True of IPv6 if the kernel made it to have another one every day: it ends, and cannot be given away.
  [[nodiscard]] bool is_temporary() const;
  /// True of IPv6 if a router's word made it. It ends unless the router repeats its word.
  [[nodiscard]] bool is_from_a_router() const;
};

/// One way that a route takes.
struct NextHop {
  std::uint32_t interface = 0; ///< index of another interface; 0: the interface that the route belongs to
  std::optional<IpAddress> gateway{};
  std::uint8_t weight = 0; ///< less one, as the kernel has it
  bool on_link = false;
  std::vector<RawAttribute> others{};
  bool operator==(const NextHop&) const = default;
};

/// A route (`ip route`) with at least one next hop through its interface.
struct Route {
  /// Where it stands among the routes of other interfaces with the same table, destination and metric.
  enum class Place {
    alone,
    first, ///< it is taken, and others wait behind it
    behind,
  };
  std::uint32_t table = 0;
  IpPrefix destination;
  std::optional<IpPrefix> source{}; ///< of IPv6, with source-dependent routing
  std::uint8_t tos = 0;
  std::uint8_t protocol = 0;
  std::uint8_t scope = 0;
  std::uint8_t type = 0;
  std::uint32_t metric = 0;
  std::optional<IpAddress> preferred_source{};
  std::vector<NextHop> next_hops{};
  std::uint32_t expires = 0;               ///< seconds from when it was read; 0: never
  std::optional<std::uint32_t> next_hop{}; ///< id of the next hop object that it uses (`ip nexthop`)
  std::vector<RawAttribute> others{};      ///< metrics such as MTU, preference, …
  Place place = Place::alone;
  bool operator==(const Route&) const = default;

  [[nodiscard]] bool is_ip6() const { return destination.address.is_ip6(); }
  /// True if one of its next hops has a gateway, to which there has to be a way already.
  [[nodiscard]] bool has_gateway() const;
  /// True of IPv6 if a router's word made it. It ends unless the router repeats its word.
  [[nodiscard]] bool is_from_a_router() const;
  /// True if that router told that it is one itself.
  [[nodiscard]] bool is_advertised_default() const { return is_from_a_router() && destination.length == 0; }
};

/// A rule (`ip rule`) that names the interface.
struct RoutingRule {
  bool is_ip6 = false;
  std::uint8_t destination_length = 0;
  std::uint8_t source_length = 0;
  std::uint8_t tos = 0;
  std::uint8_t table = 0;
  std::uint8_t action = 0;
  std::uint32_t flags = 0;
  std::uint32_t priority = 0;
  bool names_input = false;  ///< `iif`
  bool names_output = false; ///< `oif`
  std::vector<RawAttribute> others{};
  bool operator==(const RoutingRule&) const = default;
};

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

[[nodiscard]] std::string describe(const InterfaceAddress& address);
[[nodiscard]] std::string describe(const Route& route);
[[nodiscard]] std::string describe(const RoutingRule& rule);
[[nodiscard]] std::string describe(const Neighbour& neighbour);
[[nodiscard]] std::string describe(const Setting& setting);

/// What `after` has less (`- …`) and more (`+ …`) than `before`, one a line; empty if they are equal. Does
/// not count what goes its own way: neighbours that were found out, the running down of lifetimes, what a
/// router prolongs, and addresses that are temporary in either of them.
[[nodiscard]] std::string differences(const NicSnapshot& before, const NicSnapshot& after);

} // namespace vdeup
