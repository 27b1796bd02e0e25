#pragma once

#include "firewall/packet_filter.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::firewall {

/// A table of the older iptables as the kernel hands it out: one block of entries that refer to each other by
/// their places in it.
struct LegacyBlob {
  bool is_ip6 = false;
  std::string name;                     ///< of the table
  std::array<std::uint32_t, 5> begin{}; ///< of the chain of each hook (NF_INET_*)
  std::array<std::uint32_t, 5> end{};   ///< and the place of its last entry, which is the policy
  std::uint32_t hooks = 0;              ///< a bit for each hook that has a chain
  std::vector<std::uint8_t> entries;
};

/// Evaluate a table for such frames. Pure; nothing if the block is malformed.
[[nodiscard]] std::optional<FilterTable> parse_legacy_blob(const LegacyBlob& blob, const Frames& frames);

} // namespace vdeup::firewall
