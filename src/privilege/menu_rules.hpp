#pragma once

#include "config/policy.hpp"
#include "config/qemu_bridges.hpp"

#include <string>

namespace vdeup::privilege {

/// Whom the helper works for, and by which rules.
struct MenuRules {
  Identity caller;
  std::string host_seed;
  config::Policy policy;
  config::QemuBridges qemu_bridges;
};

} // namespace vdeup::privilege
