#pragma once

#include "cli/commands.hpp"
#include "cli/wiring.hpp"
#include "network/ensure.hpp"

namespace vdeup::cli {

/// `create --persist`: print the configuration that makes the bridge over a NIC permanent, for the manager of
/// the NIC or for systemd-networkd. Writes nothing.
[[nodiscard]] Result<int> print_configuration(const Context& context, const Wiring& wiring,
                                              const plan::Request& request, const plan::BridgeChoice& choice);

} // namespace vdeup::cli
