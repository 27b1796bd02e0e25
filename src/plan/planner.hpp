#pragma once

#include "model/step.hpp"
#include "plan/request.hpp"

namespace vdeup::plan {

/// Compute the steps that lead from the observed to the desired network. Pure: the same input gives the same
/// plan, and a network that is as desired gives an empty one.
///
/// Errors: refused where going on would cut somebody off (attached VMs, a TAP that works elsewhere) and the
/// request does not say `force`.
[[nodiscard]] Result<Plan> make_plan(const Request& request, const Network& desired, const Network& observed);

/// Compute the steps that make the bridge alone exist: all that a VM with a TAP of its own needs.
/// Errors: refused as make_plan().
[[nodiscard]] Result<Plan> make_bridge_plan(const Request& request, const Network& desired,
                                            const Network& observed);

/// Check that the network observed after all steps is the one that was desired.
/// Errors: failed, naming the first difference.
[[nodiscard]] Result<> verify(const Network& desired, const Network& observed);

/// Check that the bridge is there and up. Errors: as verify().
[[nodiscard]] Result<> verify_bridge(const Network& desired, const Network& observed);

/// True if a switch runs and holds the TAP that it says it has.
[[nodiscard]] bool is_on_its_tap(const Network& observed);

/// True if a switch lets in whom the request wants it to let in, or the request does not say.
[[nodiscard]] bool has_wanted_access(const Request& request, const Switch& observed);

/// True when VMs can be attached to this network and reach what is behind it, whatever its names are. A TAP
/// that vdeup did not make need not be on a bridge: it is taken as its maker left it. A switch without a TAP
/// has what it was made for: user-mode NAT, or no way out.
[[nodiscard]] bool is_functional(const Network& observed);

} // namespace vdeup::plan
