#pragma once

#include "plan/request.hpp"

#include <vector>

namespace vdeup::plan {

// Judgements on an observed network. Pure.

/// True if VMs can be attached to this network and reach what is behind it, whatever its names are. A TAP
/// that vdeup did not make need not be on a bridge: it is taken as its maker left it. A switch without a TAP
/// has what it was made for: user-mode NAT, or no uplink.
[[nodiscard]] bool is_functional(const Network& observed);

/// True if a switch runs and holds the TAP that it says it has.
[[nodiscard]] bool is_on_its_tap(const Network& observed);

/// True if a switch without a TAP serves VMs as its maker wanted it to.
[[nodiscard]] bool is_functional_without_tap(const Switch& observed);

/// True if a switch admits whom the request wants it to admit, or the request does not say.
[[nodiscard]] bool has_wanted_access(const Request& request, const Switch& observed);

/// True if a functional network has the uplink and the forwards that are asked for. Without `--uplink`, any
/// uplink will do.
[[nodiscard]] bool has_wanted_uplink(const Request& request, const Network& observed);

/// True if a network is functional and as the request wants it: then nothing needs to be done.
[[nodiscard]] bool is_as_requested(const Request& request, const Network& observed);

/// The forwards of the slirp of a switch; empty without one.
[[nodiscard]] std::vector<Forward> forwards_of(const Switch& vde_switch);

} // namespace vdeup::plan
