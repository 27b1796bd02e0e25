#include "model/network.hpp"

namespace vdeup {

std::vector<std::string> Switch::clients() const {
  std::vector<std::string> found;
  for (const SwitchPort& port : ports)
    for (const Endpoint& endpoint : port.endpoints)
      if (endpoint.kind == Endpoint::Kind::client)
        found.push_back(endpoint.description);
  return found;
}

std::optional<UplinkKind> uplink_of(const Network& network) {
  const Switch& vde_switch = network.vde_switch;
  if (vde_switch.tap)
    return network.bridge && network.bridge->nat ? UplinkKind::nat : UplinkKind::bridge;
  return vde_switch.made_for;
}

NatMark nat_mark(const Scope& scope) {
  return NatMark{scope.owner.uid, scope.sockets.dir};
}

} // namespace vdeup
