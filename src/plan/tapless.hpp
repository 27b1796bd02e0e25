#pragma once

#include "model/step.hpp"
#include "plan/request.hpp"

namespace vdeup::plan {

// Networks that consist of a switch alone, with user-mode NAT at one of its ports or without a way out. They
// take no privilege. Pure.

/// Put what was asked for into the form of a network: a switch without a TAP. The forwards that are there
/// stay, unless one asked for takes their port of the host.
[[nodiscard]] Network desire_tapless(const Request& request, UplinkKind kind, const Network& observed);

/// Compute the steps that lead from the observed to the desired network of that kind.
/// Errors: refused where going on would cut off VMs and the request does not say `force`.
[[nodiscard]] Result<Plan> make_tapless_plan(const Request& request, const Network& desired,
                                             const Network& observed);

/// Check that the network observed after all steps is the one that was desired. Errors: conflict, naming the
/// first difference.
[[nodiscard]] Result<> verify_tapless(const Network& desired, const Network& observed);

/// True if a switch without a TAP serves VMs as its maker wanted it to.
[[nodiscard]] bool is_functional_without_tap(const Switch& observed);

/// True if a functional network has the uplink that is asked for, and the forwards. Where nobody asked for an
/// uplink, any will do.
[[nodiscard]] bool has_wanted_uplink(const Request& request, const Network& observed);

/// The forwards of a plan that nobody has yet, so that their ports of the host have to be free.
[[nodiscard]] std::vector<Forward> new_forwards(const Plan& plan, const Network& observed);

} // namespace vdeup::plan
