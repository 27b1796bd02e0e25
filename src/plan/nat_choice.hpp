#pragma once

#include "plan/request.hpp"

#include <string_view>
#include <vector>

namespace vdeup::plan {

/// The first bridge with a mark; null if there is none.
[[nodiscard]] const Link* find_private_bridge(const std::vector<Link>& links, const NatMark& mark);

/// Choose the bridge of a scope's private network: the one with its mark; else one that an interrupted vdeup
/// left without a mark; else the first of the owner's names that is free. Errors: refused if all are in use,
/// or if the switch's path cannot be written in rules.
[[nodiscard]] Result<BridgeChoice> choose_nat_bridge(const Scope& scope, const std::vector<Link>& links,
                                                     std::string_view host_seed);

/// Choose the addresses of a scope's private network: the same each time, unless a network in `used` overlaps
/// them. IPv4 is a /24 of 10.0.0.0/8, else of 192.168.0.0/16, else of 172.16.0.0/12 (RFC 1918);
/// IPv6 a /64 of fd00::/8 (RFC 4193). Errors: refused if all are in use.
[[nodiscard]] Result<PrivateNetwork> choose_private_network(const Scope& scope, std::string_view host_seed,
                                                            const std::vector<IpPrefix>& used, bool with_ip6);

} // namespace vdeup::plan
