#include "model/nic_move.hpp"

#include <fmt/format.h>

namespace vdeup {

std::string describe(const NicMove& move) {
  return fmt::format("the move of {} {} {}", move.nic.str(),
                     move.direction == NicMove::Direction::in ? "into" : "out of", move.bridge.str());
}

} // namespace vdeup
