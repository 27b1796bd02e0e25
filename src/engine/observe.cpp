#include "engine/observe.hpp"

#include "model/interpret.hpp"

#include <algorithm>

namespace vdeup::engine {
namespace {

Result<Tap> read_tap(const Link& link, const std::vector<Link>& links) {
  const auto master = std::find_if(links.begin(), links.end(), [&link](const Link& candidate) {
    return link.master != 0 && candidate.index == link.master;
  });
  return to_tap(link, master == links.end() ? nullptr : &*master);
}

/// The TAP in use: the one at the switch's port, else one that bears our mark and waits for a switch.
const Tap* pick_tap(const Switch& vde_switch, const std::vector<Tap>& candidates) {
  for (const Tap& tap : candidates)
    if (vde_switch.tap == tap.name)
      return &tap;
  return candidates.empty() ? nullptr : &candidates.front();
}

} // namespace

Result<Network> observe_switch(const Host& host, const Scope& scope, const std::string& host_seed) {
  Network network;
  TRY(network.vde_switch, host.switches.inspect(scope));
  if (!network.vde_switch.tap)
    return network;
  TRY(auto link, host.links.link(*network.vde_switch.tap));
  if (!link || !link->is_tap)
    return network;
  std::optional<Link> master;
  if (link->master != 0) {
    TRY(master, host.links.link(link->master));
  }
  TRY(auto tap, to_tap(*link, master ? &*master : nullptr));
  network.tap = std::move(tap);
  if (master && master->is_bridge()) {
    TRY(auto bridge, to_bridge(*master, {}, host_seed));
    network.bridge = std::move(bridge);
  }
  return network;
}

Result<Survey> survey(const Host& host, const Scope& scope, const std::string& host_seed) {
  Survey found;
  TRY(found.network.vde_switch, host.switches.inspect(scope));
  TRY(found.links, host.links.links());

  const TapMark mark{scope.owner.uid, scope.sockets.dir};
  const auto& switch_tap = found.network.vde_switch.tap;
  std::vector<Tap> candidates;
  for (const Link& link : found.links) {
    const bool at_the_switch = switch_tap && link.name == switch_tap->str();
    if (!link.is_tap || !(at_the_switch || TapMark::parse(link.alias) == mark))
      continue;
    TRY(auto tap, read_tap(link, found.links));
    if (tap.mark == mark)
      found.taps.push_back(tap);
    candidates.push_back(std::move(tap));
  }
  if (const Tap* tap = pick_tap(found.network.vde_switch, candidates); tap != nullptr)
    found.network.tap = *tap;
  if (!found.network.tap || !found.network.tap->bridge)
    return found;
  for (const Link& link : found.links)
    if (link.name == found.network.tap->bridge->str()) {
      TRY(auto bridge, to_bridge(link, found.links, host_seed));
      found.network.bridge = std::move(bridge);
    }
  return found;
}

} // namespace vdeup::engine
