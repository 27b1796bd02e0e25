#pragma once

#include "base/result.hpp"
#include "qemu/line.hpp"
#include "qemu/net_option.hpp"

#include <map>
#include <vector>

namespace vdeup::qemu {

/// The networks of a line's `-net` options.
struct HubNetworks {
  std::vector<VdeNic> nics{};
  std::vector<Place> others{};
};

/// Theory of operation
///
/// 1. QEMU joins `-net` options in hubs: each option is a port of hub 0, or until QEMU 3.0 of the one that
///    `vlan=N` names. `-net nic,netdev=ID` is at none.
/// 2. N NICs and N vde backends at one hub, and nothing else, are meant as N pairs, and become that. vdeq let
///    QEMU join them all, with one warning, and the frames of two switches ran through each other.
/// 3. A hub with another number of NICs, or with other backends as well, stays one: each connection goes to
///    a `-netdev hubport` of the same number. At hub 0, `-net nic` and `-net user` can stay as they are.
/// 4. A `-net nic` without any backend at its hub gets a connection of its own.
/// 5. Hubs without vde are not vdeup's; but QEMU no longer accepts `vlan=`, so those are in `others` and
///    rewritten.
/// Errors: usage, for a vde backend without a NIC, and for two connections from one hub to one switch.
[[nodiscard]] Result<HubNetworks> read_hubs(const std::vector<NetOption>& options);

/// Read the keys of QEMU's vde backend, and of `more_keys` that its option has beside them.
/// Errors: usage, naming the option.
[[nodiscard]] Result<VdeNic> read_vde(const NetOption& option, Place place,
                                      const std::vector<std::string_view>& more_keys = {});

} // namespace vdeup::qemu
