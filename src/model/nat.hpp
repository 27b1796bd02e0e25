#pragma once

#include "base/identity.hpp"
#include "model/nic.hpp"

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vdeup {

/// The mark of a bridge that is the private network of one switch (IFLA_IFALIAS), and of the table with its
/// rules: `vdeup nat uid=1000 switch=/var/tmp/vde_switch0.acue`. Unlike k_bridge_mark it names an owner.
struct NatMark {
  uid_t owner = 0;
  SocketPath switch_dir;
  bool operator==(const NatMark&) const = default;

  [[nodiscard]] std::string text() const;
  /// The mark in a text, or nothing if that is somebody else's.
  [[nodiscard]] static std::optional<NatMark> parse(std::string_view text);
};

/// True if nft(8) reads a text back between quotes as it is: it knows no way to write a quote there, and an
/// asterisk stands for anything. The mark is in the rules, and so are names of interfaces.
[[nodiscard]] bool can_be_quoted(std::string_view text);

/// How many private networks a user can have, one for each switch.
inline constexpr unsigned k_max_nat_bridges = 26;

/// What the bridges of a user's private networks are called: `vdenat1000`, then `vdenat1000b` and so on. So
/// users are not in each other's way. Errors: usage for a uid of more than eight digits.
[[nodiscard]] Result<IfName> nat_bridge_name(uid_t owner, unsigned number);

/// The mark of a bridge that we make: of one switch's private network, or without that of the host's.
[[nodiscard]] std::string bridge_mark(const std::optional<NatMark>& nat);

/// A network of one switch's VMs that nobody outside knows of: this host's own addresses in it, each with the
/// length of its prefix. The VMs get the others.
struct PrivateNetwork {
  IpPrefix gateway4;                  ///< 10.X.Y.1/24
  std::optional<IpPrefix> gateway6{}; ///< fdXX:…::1/64; none: this host does not have IPv6
  bool operator==(const PrivateNetwork&) const = default;
};

/// The ranges of RFC 1918: 10.0.0.0/8, 192.168.0.0/16, 172.16.0.0/12.
[[nodiscard]] std::array<IpPrefix, 3> private_ranges();
/// The one of them that an address is in.
[[nodiscard]] std::optional<IpPrefix> private_range(const IpAddress& address);

/// True if a single address among `used` is in that range: a router or a name server of this host, beside
/// which are others that it has no route to but the default one.
[[nodiscard]] bool has_servers(const IpPrefix& range, const std::vector<IpPrefix>& used);

/// An address as a network of itself: /32, or /128.
[[nodiscard]] IpPrefix single(const IpAddress& address);

/// True if two networks have addresses in common.
[[nodiscard]] bool overlap(const IpPrefix& one, const IpPrefix& other);

/// Hold a private network that somebody asks for against the rules for one: addresses of nobody
/// (RFC 1918, RFC 4193), none that this host has another way to, and none of a range that its servers are in
/// as long as another range is free of them. Errors: refused, with the reason.
[[nodiscard]] Result<> check_private_network(const PrivateNetwork& network,
                                             const std::vector<IpPrefix>& used);

/// Something on this host that keeps a private network from the outside, or its VMs from their address.
struct NatObstacle {
  std::string owner; ///< the program whose rules these are: Docker, ufw, firewalld; or a table
  std::string what;  ///< "drops what is forwarded", "drops what VMs ask this host", or both
  std::vector<std::string> commands{}; ///< that let it through, to be run by root

  /// "Docker drops what is forwarded"
  [[nodiscard]] std::string text() const { return owner + " " + what; }
};

/// What there is of the private network behind a bridge.
struct Nat {
  std::optional<PrivateNetwork> network{}; ///< the addresses of the bridge
  bool forwards = false;                   ///< the kernel hands packets on, in each family that it has
  std::optional<bool> has_rules{};         ///< masquerading is set up; none: it may not be looked at
  bool is_served = false;                  ///< a dnsmasq of the owner's answers there

  /// True if nothing is missing, as far as can be seen.
  [[nodiscard]] bool is_whole() const { return network && forwards && has_rules.value_or(true) && is_served; }
};

// One reversible change each, as in model/step.hpp.

/// Give a bridge the addresses of a private network, masquerade what comes from it, and have the kernel
/// forward. What the kernel did before is kept with the rules.
struct AddPrivateNetwork {
  IfName bridge;
  PrivateNetwork network;
  NatMark mark;
  bool operator==(const AddPrivateNetwork&) const = default;
};

/// Take all of that back, and have the kernel do what it did before, unless another private network of
/// vdeup's needs it.
struct RemovePrivateNetwork {
  IfName bridge;
  NatMark mark;
  bool operator==(const RemovePrivateNetwork&) const = default;
};

/// Start a dnsmasq as the owner, which gives addresses and names to the VMs, and wait until it does.
struct StartDnsmasq {
  Identity owner;
  IfName bridge;
  PrivateNetwork network;
  SocketPath switch_dir; ///< whose network it is
  bool operator==(const StartDnsmasq&) const = default;
};

struct StopDnsmasq {
  Identity owner;
  IfName bridge;
  bool operator==(const StopDnsmasq&) const = default;
};

using NatStep = std::variant<AddPrivateNetwork, RemovePrivateNetwork, StartDnsmasq, StopDnsmasq>;

} // namespace vdeup
