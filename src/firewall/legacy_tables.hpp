#pragma once

#include "base/result.hpp"
#include "firewall/legacy_blob.hpp"

#include <vector>

namespace vdeup::firewall {

/// Read the tables of the older iptables and ip6tables that exist: asking for one by name would create it.
/// Errors: not_permitted without CAP_NET_ADMIN, and for who is not root.
[[nodiscard]] Result<std::vector<LegacyBlob>> read_legacy_tables();

} // namespace vdeup::firewall
