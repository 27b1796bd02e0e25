#pragma once

#include "nic/nic_lab.hpp"

#include <chrono>

namespace lab {

/// What a router says of itself and of 2001:db8:5::/64, of which everybody makes his own addresses.
struct RouterWord {
  std::chrono::seconds is_router{600};
  std::chrono::seconds prefix{400};
};

/// Let the gateway of a neighbourhood say this once to all on its LAN (a router advertisement).
void advertise(const NetworkNamespace& gateway, const RouterWord& word);

} // namespace lab
