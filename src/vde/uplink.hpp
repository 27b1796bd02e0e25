#pragma once

#include "model/network.hpp"

#include <string>
#include <vector>

namespace vdeup::vde {

// A switch without a TAP reaches the outside by user-mode NAT.
//
// Theory of operation:
// 1. `vde_plug slirp:// vde://DIR` is a client of the switch that is a router, a DHCP server and a DNS server
//    to its VMs and opens plain sockets of its user on the other side. It takes no privilege.
// 2. There is one for each switch: a second one would be a second DHCP server on the same network. So its
//    forwards cannot be added to while it runs; it is ended, and begins again with more.
// 3. It is found again by its label at a port of the switch, and believed by its process: a vde_plug of the
//    owner that was started with that label for this very directory. Its command line says what it forwards.
// 4. It ends when the switch does, because its connection to `ctl` breaks.
// 5. What a switch without a TAP was made for is in the environment that it was started with, which the
//    kernel keeps as long as the process: else a switch that is to have no uplink, and one whose uplink has
//    died, would look the same.

/// `VDEUP_SWITCH_UPLINK=slirp`: what a switch is started with, so that later calls know what it is for.
[[nodiscard]] std::string intent_variable(UplinkKind kind);

/// The words after `vde_plug` that join a switch to the outside. Pure.
[[nodiscard]] std::vector<std::string> uplink_words(const Scope& scope, const std::vector<Forward>& forwards);

/// What a vde_plug forwards that was started with these words; nothing if they are not ours for that scope.
/// Pure; the opposite of uplink_words().
[[nodiscard]] std::optional<SlirpUplink> read_uplink_words(const std::vector<std::string>& words,
                                                           const Scope& scope);

/// Find the uplink among the clients of a switch, and what a switch without a TAP was made for.
void recognise_uplink(Switch& found, const Scope& scope);

} // namespace vdeup::vde
