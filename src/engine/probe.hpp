#pragma once

#include "engine/path.hpp"
#include "model/path_probe.hpp"

#include <optional>
#include <vector>

namespace vdeup::engine {

/// Which way to try, and whom to ask at its end.
struct ProbeOrder {
  Scope scope;
  IfName bridge;
  std::vector<IpAddress> of_bridge{}; ///< addresses of the bridge itself
  std::vector<IpAddress> others{};    ///< and of others that should answer
};

/// Send frames from a port of the switch as a VM would, and see them arrive at the bridge and answered.
///
/// Takes a few milliseconds where all is well, and two seconds for each thing that does not come. The port is
/// free again at the end; what the switch and the bridge have learnt of it they forget by themselves. The
/// caller holds the lock of the switch. Errors: those of taking the port, sending and watching.
[[nodiscard]] Result<PathProbe> probe_path(KernelPath& kernel, SwitchPath& switches, const ProbeOrder& order);

/// Ask for an address through a port of a switch, a few times. Nothing if nobody answers, after two seconds.
[[nodiscard]] Result<std::optional<MacAddress>> ask_who_has(ProbePort& port, const IpAddress& address);

} // namespace vdeup::engine
