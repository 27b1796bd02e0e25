#pragma once

#include "model/network.hpp"

#include <string>
#include <vector>

namespace vdeup::vde {

// User-mode NAT for a switch without a TAP.
//
// Theory of operation:
// 1. `vde_plug slirp:// vde://DIR` is a client of the switch: a router, a DHCP server and a DNS server for
// the
//    VMs, which opens ordinary sockets of its user on the host. It needs no privilege.
// 2. There is one for each switch, because a second one would be a second DHCP server. To add forwards, it is
//    ended and started again.
// 3. It is found by its label at a port of the switch, and verified by its process: a vde_plug of the owner
//    that was started with that label for this directory. Its command line lists the forwards.
// 4. It ends with the switch, because its connection to `ctl` breaks.
// 5. The uplink that a switch without a TAP was made for is in the initial environment of its process.
//    Otherwise a switch without an uplink would look like one whose uplink has ended.

/// `VDEUP_SWITCH_UPLINK=slirp`, in the environment of a switch, tells later calls which uplink it has.
[[nodiscard]] std::string intent_variable(UplinkKind kind);

/// The arguments of vde_plug that start the uplink of a switch. Pure.
[[nodiscard]] std::vector<std::string> uplink_words(const Scope& scope, const std::vector<Forward>& forwards);

/// The uplink of a vde_plug with these arguments; nothing if they are not ours for that scope. Pure; the
/// inverse of uplink_words().
[[nodiscard]] std::optional<SlirpUplink> read_uplink_words(const std::vector<std::string>& words,
                                                           const Scope& scope);

/// Find the uplink among the clients of a switch, and the uplink that a switch without a TAP was made for.
void recognise_uplink(Switch& found, const Scope& scope);

} // namespace vdeup::vde
