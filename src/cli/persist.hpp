#pragma once

#include "cli/commands.hpp"
#include "cli/wiring.hpp"
#include "network/ensure.hpp"

namespace vdeup::cli {

/// `create --persist`: print what keeps a NIC in its bridge over the next boot, in the language of the
/// program that manages the NIC; of systemd-networkd if nobody does. Writes nothing.
[[nodiscard]] Result<int> print_configuration(const Context& context, const Wiring& wiring,
                                              const plan::Request& request, const plan::BridgeChoice& choice);

} // namespace vdeup::cli
