#include "plan/desire.hpp"

#include "plan/functional.hpp"

namespace vdeup::plan {

Result<Network> desire(const Request& request, const BridgeChoice& choice, const Network& observed,
                       const std::vector<Link>& links) {
  Network desired = desire_bridge(choice);
  const TapMark mark{request.scope.owner.uid, request.scope.sockets.dir};
  if (observed.tap) {
    desired.tap = observed.tap;
  } else {
    TRY(auto name, free_tap_name(links));
    desired.tap = Tap{.name = std::move(name), .owner = request.scope.owner.uid, .bridge = {}, .mark = mark};
    desired.tap->mtu = choice.bridge.mtu;
  }
  desired.tap->is_up = true;
  desired.tap->has_carrier = true;
  desired.tap->bridge = choice.bridge.name;
  desired.vde_switch = Switch{.life = Switch::Life::alive,
                              .uid = request.scope.owner.uid,
                              .access = request.access,
                              .accepts_clients = true,
                              .tap = desired.tap->name};
  if (choice.network)
    desired.nat = Nat{.network = choice.network, .forwards = true, .has_rules = true, .is_served = true};
  return desired;
}

Network desire_bridge(const BridgeChoice& choice) {
  Network desired;
  desired.bridge = choice.bridge;
  desired.bridge->is_up = true;
  return desired;
}

Network desire_tapless(const Request& request, UplinkKind kind, const Network& observed) {
  Network desired;
  desired.vde_switch = Switch{.life = Switch::Life::alive,
                              .uid = request.scope.owner.uid,
                              .access = request.access,
                              .accepts_clients = true,
                              .made_for = kind};
  if (kind == UplinkKind::slirp)
    desired.vde_switch.slirp =
        SlirpUplink{.forwards = join_forwards(forwards_of(observed.vde_switch), request.forwards)};
  return desired;
}

} // namespace vdeup::plan
