#include "plan/verify.hpp"

#include "plan/functional.hpp"

#include <fmt/format.h>

namespace vdeup::plan {
namespace {

Error differs(std::string cause) {
  // Somebody else may be at work on the same host: looked at again, it can be right or can be made so.
  return Error{ErrorKind::conflict, "the network is not as it was asked for", std::move(cause),
               "`vdeup check` looks at every part of it"};
}

Result<> verify_bridge(const Bridge& desired, const Network& observed) {
  if (!observed.bridge || observed.bridge->name != desired.name || !observed.bridge->is_up)
    return fail(differs(fmt::format("bridge {} is not up", desired.name.str())));
  return ok();
}

Result<> verify_switch(const Switch& desired, const Switch& observed) {
  if (observed.life != Switch::Life::alive || !observed.accepts_clients)
    return fail(differs("the switch does not answer or does not accept VMs"));
  if (desired.access && observed.access && !grants(*observed.access, *desired.access))
    return fail(differs(fmt::format("the switch is {}", describe(*observed.access))));
  return ok();
}

Result<> verify_tap(const Tap& desired, const Network& observed) {
  const std::string& name = desired.name.str();
  if (observed.vde_switch.tap != desired.name)
    return fail(differs(fmt::format("{} is not at a port of the switch", name)));
  if (!observed.tap || observed.tap->bridge != desired.bridge)
    return fail(differs(fmt::format("{} is not a port of {}", name, desired.bridge->str())));
  if (!observed.tap->is_up || !observed.tap->has_carrier)
    return fail(differs(fmt::format("{} has no carrier", name)));
  return ok();
}

Result<> verify_tapless(const Switch& desired, const Switch& observed) {
  if (observed.tap || observed.made_for != desired.made_for)
    return fail(differs("the switch was made for another uplink"));
  if (!desired.slirp)
    return ok();
  if (!observed.slirp)
    return fail(differs("the slirp of the switch is not at one of its ports"));
  const auto lacking = missing_forwards(observed.slirp->forwards, desired.slirp->forwards);
  if (!lacking.empty())
    return fail(differs(fmt::format("{} is not forwarded", lacking.front().text())));
  return ok();
}

Result<> verify_private_network(const Nat& desired, const Network& observed) {
  const Nat seen = observed.nat.value_or(Nat{});
  if (seen.network != desired.network)
    return fail(differs(fmt::format("the bridge has not the address {}", desired.network->gateway4.str())));
  if (!seen.forwards)
    return fail(differs("this host does not forward what comes from the private network"));
  if (!seen.has_rules.value_or(true))
    return fail(differs("the rules that masquerade the private network are gone"));
  if (!seen.is_served)
    return fail(differs("no dnsmasq answers in the private network"));
  return ok();
}

} // namespace

Result<> verify(const Network& desired, const Network& observed) {
  if (desired.bridge) {
    TRY(verify_bridge(*desired.bridge, observed));
  }
  if (desired.vde_switch.life != Switch::Life::alive)
    return ok();
  TRY(verify_switch(desired.vde_switch, observed.vde_switch));
  TRY(desired.tap ? verify_tap(*desired.tap, observed)
                  : verify_tapless(desired.vde_switch, observed.vde_switch));
  return desired.nat ? verify_private_network(*desired.nat, observed) : ok();
}

} // namespace vdeup::plan
