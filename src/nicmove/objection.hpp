#pragma once

#include <string>

namespace vdeup::nicmove {

/// A reason not to move a NIC into a bridge.
struct Objection {
  std::string cause;
  std::string hint;             ///< the way out
  bool yields_to_force = false; ///< `-f` goes on all the same
};

} // namespace vdeup::nicmove
