#pragma once

#include "firewall/ruleset.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::firewall {

/// True if a block of rules has this name as a whole value, as netfilter keeps the names of interfaces: after
/// a length or a zero, and ended by a zero. Pure.
[[nodiscard]] bool contains_name(kernel::Bytes block, std::string_view name);

/// List the chains and sets of nf_tables, and the tables of the older iptables, that refer to an interface by
/// its name: "nft table inet filter, chain input". References by its index are not found. Pure.
[[nodiscard]] std::vector<std::string> find_references(const Ruleset& ruleset, std::string_view interface);

} // namespace vdeup::firewall
