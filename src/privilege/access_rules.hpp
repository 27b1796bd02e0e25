#pragma once

#include "config/policy.hpp"
#include "config/qemu_bridges.hpp"

#include <string>

namespace vdeup::privilege {

/// The user that the helper works for, and the administrator's rules for this user.
struct AccessRules {
  Identity caller;
  std::string host_seed;
  config::Policy policy;
  config::QemuBridges qemu_bridges;
};

} // namespace vdeup::privilege
