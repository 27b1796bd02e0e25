#pragma once

#include "base/result.hpp"
#include "firewall/packet_filter.hpp"

namespace vdeup::firewall {

/// Read what all packet filters of this host do to such frames, those of nf_tables and those of the older
/// iptables; the latter are left out for who is not root, whom the kernel does not tell their names.
/// Errors: not_permitted without CAP_NET_ADMIN.
[[nodiscard]] Result<PacketFilters> read_packet_filters(const Frames& frames);

} // namespace vdeup::firewall
