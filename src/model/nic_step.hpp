#pragma once

#include "model/nic.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vdeup {

// The changes that a NIC's way into a bridge and out of it is made of. To find what is to be added there
// already, or what is to be removed gone, is success: so a list of them that was cut short can be run again.

/// Set those of these settings that differ.
struct ApplySettings {
  IfName interface;
  std::vector<Setting> settings;
  std::string purpose; ///< for people: "as on eth0"
  bool operator==(const ApplySettings&) const = default;
};

/// Add an address, of IPv6 without waiting for the detection of duplicates: it is ours already, elsewhere.
struct AddAddress {
  IfName interface;
  InterfaceAddress address;
  bool operator==(const AddAddress&) const = default;
};
struct RemoveAddress {
  IfName interface;
  InterfaceAddress address;
  bool operator==(const RemoveAddress&) const = default;
};

/// Add a route behind those of the same table, destination and metric.
struct AddRoute {
  IfName interface;
  Route route;
  bool operator==(const AddRoute&) const = default;
};
struct RemoveRoute {
  IfName interface;
  Route route;
  bool operator==(const RemoveRoute&) const = default;
};

/// Put a route in the place of the one that differs from it only in its interface; add it if there is none.
struct ReplaceRoute {
  IfName from;
  IfName to;
  Route route;
  bool operator==(const ReplaceRoute&) const = default;
};

struct AddRule {
  IfName interface;
  RoutingRule rule;
  bool operator==(const AddRule&) const = default;
};
struct RemoveRule {
  IfName interface;
  RoutingRule rule;
  bool operator==(const RemoveRule&) const = default;
};

struct AddNeighbours {
  IfName interface;
  std::vector<Neighbour> neighbours;
  bool operator==(const AddNeighbours&) const = default;
};
struct RemoveNeighbours {
  IfName interface;
  std::vector<Neighbour> neighbours;
  bool operator==(const RemoveNeighbours&) const = default;
};

/// Let the IP packets that come in at a NIC arrive at a bridge, whether the NIC is its port or not, until the
/// detour ends or we do. Where this kernel cannot, nothing is done: then what comes in while the kernel makes
/// a port of the NIC, or frees it, may be lost.
struct Detour {
  IfName nic;
  IfName bridge;
  bool operator==(const Detour&) const = default;
};
struct EndDetour {
  IfName nic;
  bool operator==(const EndDetour&) const = default;
};

/// Make a NIC a port of a bridge, set up again what this set down (the ports of a bond), and wait until the
/// bridge sends through it, if the NIC has carrier.
struct JoinBridge {
  IfName nic;
  IfName bridge;
  std::vector<IfName> keep_up; ///< the NIC and the ports of a bond that were up
  bool operator==(const JoinBridge&) const = default;
};

/// Tell the neighbours that these addresses are here: gratuitous ARP, and neighbour advertisements.
struct Announce {
  IfName interface;
  MacAddress mac;
  std::vector<IpAddress> addresses;
  bool operator==(const Announce&) const = default;
};

using NicStep =
    std::variant<ApplySettings, AddAddress, RemoveAddress, AddRoute, RemoveRoute, ReplaceRoute, AddRule,
                 RemoveRule, AddNeighbours, RemoveNeighbours, Detour, EndDetour, JoinBridge, Announce>;

/// As for every step (model/step.hpp): in one line and in the words of ip(8).
[[nodiscard]] std::string describe(const NicStep& step);
/// The kind of a step and the interface it is about.
[[nodiscard]] std::string_view kind_of(const NicStep& step);
[[nodiscard]] const IfName& interface_of(const NicStep& step);

} // namespace vdeup
