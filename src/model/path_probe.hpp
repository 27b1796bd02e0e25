#pragma once

#include "model/ip_address.hpp"
#include "model/names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup {

/// Who answered for an IP address that was asked for from a port of the switch.
struct ProbeAnswer {
  IpAddress address;
  bool is_of_bridge = false;       ///< the bridge itself has it, and must answer
  std::optional<MacAddress> mac{}; ///< whose it is; none: nobody answered
};

/// What became of frames that were sent from a port of the switch, as a VM does.
struct PathProbe {
  std::string not_tried{};            ///< why nothing was sent; empty: it was
  bool reached_bridge = false;        ///< a frame came in at the bridge
  std::vector<ProbeAnswer> answers{}; ///< one for each address that was asked for

  [[nodiscard]] bool was_tried() const { return not_tried.empty(); }
};

} // namespace vdeup
