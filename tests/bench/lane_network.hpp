#pragma once

#include "support/spawn.hpp"

#include <string>

namespace bench {

inline constexpr const char* k_bridge = "ctysbr0";
inline constexpr const char* k_hand_made_tap = "byhand0";
inline constexpr const char* k_switch_directory = "/var/tmp/vde_switch0.root";
inline constexpr const char* k_server_address = "192.0.2.2"; // RFC 5737: addresses for documentation

/// What the lanes have in common: a network of vdeup in this namespace, a TAP made by hand on its bridge, and
/// a server in a namespace of its own behind the bridge. Throws where that cannot be made, or does not
/// answer.
class LaneNetwork {
 public:
  explicit LaneNetwork(const std::string& vdeup);

 private:
  lab::Running m_server;
};

} // namespace bench
