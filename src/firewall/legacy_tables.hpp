#pragma once

#include "base/result.hpp"
#include "firewall/packet_filter.hpp"

#include <string>
#include <vector>

namespace vdeup::firewall {

/// Read the filter and nat tables of the older iptables and ip6tables, as far as they exist: asking for one
/// would make it. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<std::vector<FilterTable>> read_legacy_tables(const Frames& frames);

/// List those tables that have an interface's name in a rule: "iptables table filter". Errors: as above.
[[nodiscard]] Result<std::vector<std::string>> list_legacy_mentions(const std::string& interface);

} // namespace vdeup::firewall
