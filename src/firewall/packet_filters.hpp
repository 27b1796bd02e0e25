#pragma once

#include "firewall/ruleset.hpp"

namespace vdeup::firewall {

/// Evaluate all packet filters of a host for such frames. Pure. Errors: failed if a table of the older
/// iptables makes no sense.
[[nodiscard]] Result<PacketFilters> evaluate(const Ruleset& ruleset, const Frames& frames);

} // namespace vdeup::firewall
