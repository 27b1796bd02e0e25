#pragma once

#include "kernel/packet_filter.hpp"

#include <netlink/attr.h>

#include <cstdint>

namespace vdeup::kernel {

/// Say what the expressions of a rule (NFTA_RULE_EXPRESSIONS) do to frames of the bridge. Pure.
[[nodiscard]] FilterRule judge_nft_rule(nlattr* expressions, std::uint8_t family, const BridgeName& bridge);

} // namespace vdeup::kernel
