#pragma once

#include "base/result.hpp"
#include "model/nic.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// A NIC's move into a bridge, or out of it, with all that it takes to go back to where it began.
struct NicMove {
  enum class Direction { in, out };
  Direction direction = Direction::in;
  IfName nic;
  IfName bridge;
  NicSnapshot source;            ///< what the NIC had before it went in; the bridge, before it went out
  std::vector<IfName> keep_up{}; ///< the NIC and, of a bond, its ports, as far as they were up
};

/// For people: "the move of eth0 into ctysbr0".
[[nodiscard]] std::string describe(const NicMove& move);

/// The first line of what to_text() writes; another number is another format.
inline constexpr std::string_view k_nic_move_version = "vdeup-nic-move 1";

/// Write a move down for another process: lines of text, of which the first names the version and the last is
/// `end`, so that one that was cut short is told.
[[nodiscard]] std::string to_text(const NicMove& move);

/// Read it back. Everything is checked: a field too many, too few or out of its range refuses the whole.
/// Errors: refused, naming the line.
[[nodiscard]] Result<NicMove> parse_nic_move(std::string_view text);

} // namespace vdeup
