#include "plan/functional.hpp"

namespace vdeup::plan {

bool is_functional(const Network& observed) {
  if (!observed.vde_switch.tap)
    return is_functional_without_tap(observed.vde_switch);
  if (!is_on_its_tap(observed) || !observed.tap->is_up || !observed.tap->has_carrier)
    return false;
  if (!observed.tap->mark) // somebody made this by hand and may have other plans for it than a bridge
    return true;
  if (observed.bridge && observed.bridge->nat && !(observed.nat && observed.nat->is_whole()))
    return false;
  return observed.bridge && observed.bridge->is_up && observed.tap->bridge == observed.bridge->name;
}

bool is_on_its_tap(const Network& observed) {
  const Switch& vde_switch = observed.vde_switch;
  if (vde_switch.life != Switch::Life::alive || !vde_switch.accepts_clients || !vde_switch.tap ||
      !observed.tap)
    return false;
  const Tap& tap = *observed.tap;
  // A TAP that is up and that nobody holds is another one of the same name: the switch lost its own.
  return tap.index != 0 && tap.name == *vde_switch.tap && (tap.has_carrier || !tap.is_up);
}

bool is_functional_without_tap(const Switch& observed) {
  if (observed.life != Switch::Life::alive || !observed.accepts_clients || observed.tap)
    return false;
  return observed.made_for == UplinkKind::none || (observed.made_for == UplinkKind::slirp && observed.slirp);
}

bool has_wanted_access(const Request& request, const Switch& observed) {
  if (!request.access)
    return true;
  if (!observed.access)
    return false;
  SwitchAccess seen = *observed.access;
  if (!seen.group)
    seen.group = Group{request.scope.owner.gid, {}};
  return grants(seen, *request.access);
}

bool has_wanted_uplink(const Request& request, const Network& observed) {
  const Switch& vde_switch = observed.vde_switch;
  if (request.uplink && uplink_of(observed) != request.uplink)
    return false;
  return missing_forwards(forwards_of(vde_switch), request.forwards).empty();
}

bool is_as_requested(const Request& request, const Network& observed) {
  return is_functional(observed) && has_wanted_access(request, observed.vde_switch) &&
         has_wanted_uplink(request, observed) &&
         (!request.bridge || (observed.tap && observed.tap->bridge == request.bridge));
}

std::vector<Forward> forwards_of(const Switch& vde_switch) {
  return vde_switch.slirp ? vde_switch.slirp->forwards : std::vector<Forward>{};
}

} // namespace vdeup::plan
