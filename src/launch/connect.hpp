#pragma once

#include "launch/launch.hpp"
#include "launch/timing.hpp"
#include "network/ensure.hpp"

namespace vdeup::launch {

/// Make the network exist, and connect each NIC to it: all under the lock of the switch, so that no cancel
/// comes in between. Errors: then nothing is connected, and the network is as it was.
[[nodiscard]] Result<> connect(Launch& launch, const network::World& world, Timing& timing);

/// Fill in what connect() would, without doing anything, and tell what it would do; nothing where no network
/// is needed. The numbers of descriptors and a derived address that is taken can turn out otherwise.
[[nodiscard]] Result<network::Ensured> rehearse(Launch& launch, const network::World& world);

} // namespace vdeup::launch
