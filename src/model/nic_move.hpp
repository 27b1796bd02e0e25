#pragma once

#include "base/result.hpp"
#include "model/nic.hpp"

#include <string>
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
  bool operator==(const NicMove&) const = default;
};

/// For people: "the move of eth0 into ctysbr0".
[[nodiscard]] std::string describe(const NicMove& move);

} // namespace vdeup
