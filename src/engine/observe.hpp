#pragma once

#include "engine/host.hpp"
#include "model/network.hpp"

#include <string>
#include <vector>

namespace vdeup::engine {

/// What is there, and what is around it.
struct Survey {
  Network network;         ///< the switch, its TAP and the TAP's bridge
  std::vector<Link> links; ///< every link of the host
  std::vector<Tap> taps;   ///< all TAPs that bear the mark of the scope, also the ones out of use
  std::vector<Bridge> private_bridges{}; ///< all bridges that are private networks of the scope
};

/// Observe the switch, its TAP and that TAP's bridge: enough to tell that all is well, at a cost that does
/// not grow with the host.
[[nodiscard]] Result<Network> observe_switch(const Host& host, const Scope& scope,
                                             const std::string& host_seed);

/// The same around a switch that was observed already.
[[nodiscard]] Result<Network> observe_around(const Host& host, const Scope& scope,
                                             const std::string& host_seed, Switch vde_switch);

/// Observe everything that a plan can depend on.
[[nodiscard]] Result<Survey> survey(const Host& host, const Scope& scope, const std::string& host_seed);

/// The same around a switch that was observed already.
[[nodiscard]] Result<Survey> survey_around(const Host& host, const Scope& scope, const std::string& host_seed,
                                           Switch vde_switch);

/// Find a bridge among links; nothing if no bridge has this name.
[[nodiscard]] Result<std::optional<Bridge>> find_bridge(const IfName& name, const std::vector<Link>& links,
                                                        const std::string& host_seed);

} // namespace vdeup::engine
