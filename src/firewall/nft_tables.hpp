#pragma once

#include "base/result.hpp"
#include "firewall/packet_filter.hpp"

#include <vector>

namespace vdeup::firewall {

/// Read the tables of nf_tables that filter what is forwarded or is for this host, or translate addresses
/// after routing; none if the kernel has no nf_tables. Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<std::vector<FilterTable>> read_nft_tables(const Frames& frames);

} // namespace vdeup::firewall
