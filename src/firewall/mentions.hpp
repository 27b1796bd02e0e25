#pragma once

#include "base/result.hpp"
#include "kernel/attributes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::firewall {

/// True if a block of rules has this name as a value of its own, as netfilter keeps the names of interfaces:
/// ended by a zero, behind a length or another zero. Pure.
[[nodiscard]] bool mentions_name(kernel::Bytes block, std::string_view name);

/// List the chains and sets of nf_tables, and the tables of the older iptables, that have an interface's name
/// in a rule or an element: "nft table inet filter, chain input". A rule that names it by its number is not
/// seen. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<std::vector<std::string>> list_firewall_mentions(const std::string& interface);

} // namespace vdeup::firewall
