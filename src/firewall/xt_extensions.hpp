#pragma once

#include "firewall/packet_filter.hpp"
#include "kernel/attributes.hpp"

#include <string_view>

namespace vdeup::firewall {

// Matches and targets of xtables (iptables-extensions(8)): the old tables have them, and so have the rules
// that iptables-nft makes.

/// Copy a structure out of a block; false if it is not wholly inside. (Structures that end in an array of no
/// size fit into no std::optional.)
template <class T>
[[nodiscard]] bool read_at(kernel::Bytes bytes, std::size_t place, T& value) {
  if (place > bytes.size() || bytes.size() - place < sizeof(value))
    return false;
  std::memcpy(&value, bytes.data() + place, sizeof(value));
  return true;
}

/// Judge a match by its name and its private data, for such frames.
[[nodiscard]] Match evaluate_xt_match(std::string_view name, kernel::Bytes data, const Frames& frames);

/// Say what a target does that is neither a verdict nor a jump.
void apply_xt_target(std::string_view name, FilterRule& rule);

} // namespace vdeup::firewall
