#pragma once

#include "managers/persist.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

/// The commands by which NetworkManager itself makes a bridge over a NIC, for good: quoted for a shell, one a
/// line. Pure.
[[nodiscard]] std::vector<std::string> nmcli_commands(const BridgeConfiguration& bridge);

} // namespace vdeup::managers
