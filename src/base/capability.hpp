#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vdeup {

/// A right of root's that a process can have without the others, capabilities(7). The numbers are the
/// kernel's; kernel/capabilities.cpp holds them to it.
enum class Capability : std::uint8_t {
  setgid = 6,            ///< be of other groups
  net_bind_service = 10, ///< have ports below 1024
  net_admin = 12,        ///< change interfaces, addresses, routes, neighbours
  net_raw = 13,          ///< send and receive packets as they are
};

using Capabilities = std::vector<Capability>;

/// The name of a capability in capabilities(7).
[[nodiscard]] constexpr std::string_view name_of(Capability capability) {
  switch (capability) {
  case Capability::setgid:
    return "CAP_SETGID";
  case Capability::net_bind_service:
    return "CAP_NET_BIND_SERVICE";
  case Capability::net_admin:
    return "CAP_NET_ADMIN";
  case Capability::net_raw:
    return "CAP_NET_RAW";
  }
  return {};
}

} // namespace vdeup
