#include "engine/observe.hpp"

#include "model/find_link.hpp"
#include "model/interpret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::engine {
namespace {

/// Hold what a switch says of its TAP against the kernel: a console can name any device, and root is about to
/// act on what it says. A TAP counts if it bears our mark, or if it has no mark and belongs to the owner.
Result<> check_claim(const Tap& tap, const Scope& scope) {
  const TapMark ours{scope.owner.uid, scope.sockets.dir};
  const bool is_plausible = tap.mark ? *tap.mark == ours : tap.owner == scope.owner.uid;
  if (is_plausible)
    return ok();
  return fail(Error{ErrorKind::refused, fmt::format("will not use the switch {}", scope.sockets.dir.str()),
                    fmt::format("it says that it is on {}, which is not a TAP of {}'s for this switch",
                                tap.name.str(), scope.owner.name),
                    "stop that switch, or choose other sockets with -s and -S"});
}

/// True if a TAP with our mark can serve: others with it are left from times with another owner or mode.
bool fits(const Tap& tap, const Scope& scope) {
  return tap.owner == scope.owner.uid && !tap.is_multi_queue;
}

/// The TAP in use: the one at the switch's port if somebody does hold it, else one that bears our mark and
/// waits for a switch.
const Tap* pick_tap(const Switch& vde_switch, const std::vector<Tap>& candidates, const Scope& scope) {
  for (const Tap& tap : candidates)
    if (vde_switch.tap == tap.name && (tap.has_carrier || !tap.is_up))
      return &tap;
  for (const Tap& tap : candidates)
    if (tap.mark && fits(tap, scope))
      return &tap;
  return nullptr;
}

/// A switch whose sockets are gone still holds its TAP: found by that, it can be stopped before its TAP goes.
Result<> look_for_orphan(const Host& host, const Scope& scope, Survey& found) {
  using Life = Switch::Life;
  Switch& vde_switch = found.network.vde_switch;
  const bool is_held = std::any_of(found.taps.begin(), found.taps.end(),
                                   [](const Tap& tap) { return tap.is_up && tap.has_carrier; });
  if (!is_held || (vde_switch.life != Life::absent && vde_switch.life != Life::dead))
    return ok();
  TRY(auto orphan, host.switches.find_orphan(scope));
  if (orphan)
    vde_switch = Switch{.life = Life::mute, .pid = *orphan, .uid = scope.owner.uid};
  return ok();
}

/// Read the TAPs that matter: the one that the switch names, and all that bear our mark.
Result<std::vector<Tap>> collect_taps(const Scope& scope, Survey& found) {
  const TapMark mark{scope.owner.uid, scope.sockets.dir};
  const auto& switch_tap = found.network.vde_switch.tap;
  std::vector<Tap> candidates;
  for (const Link& link : found.links) {
    const bool at_the_switch = switch_tap && link.name == switch_tap->str();
    if (!link.is_tap || !(at_the_switch || TapMark::parse(link.alias) == mark))
      continue;
    TRY(auto tap, to_tap(link, link.master == 0 ? nullptr : find_link(found.links, link.master)));
    TRY(at_the_switch ? check_claim(tap, scope) : Result<>{ok()});
    if (tap.mark == mark)
      found.taps.push_back(tap);
    candidates.push_back(std::move(tap));
  }
  return candidates;
}

/// Look at the private network that a bridge is, if it is one.
Result<std::optional<Nat>> look_behind(const Host& host, const std::optional<Bridge>& bridge) {
  if (!bridge || !bridge->nat)
    return std::optional<Nat>{};
  TRY(auto nat, host.nats.inspect(bridge->name, *bridge->nat));
  return std::optional{std::move(nat)};
}

Result<std::vector<Bridge>> find_private_bridges(const Scope& scope, const std::vector<Link>& links,
                                                 const std::string& host_seed) {
  const NatMark mark = nat_mark(scope);
  std::vector<Bridge> bridges;
  for (const Link& link : links)
    if (is_private_bridge(link, mark)) {
      TRY(auto bridge, to_bridge(link, links, host_seed));
      bridges.push_back(std::move(bridge));
    }
  return bridges;
}

} // namespace

Result<Network> observe_switch(const Host& host, const Scope& scope, const std::string& host_seed) {
  TRY(auto vde_switch, host.switches.inspect(scope));
  return observe_around(host, scope, host_seed, std::move(vde_switch));
}

Result<Network> observe_around(const Host& host, const Scope& scope, const std::string& host_seed,
                               Switch vde_switch) {
  Network network;
  network.vde_switch = std::move(vde_switch);
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
  TRY(check_claim(tap, scope));
  network.tap = std::move(tap);
  if (master && master->is_bridge()) {
    TRY(auto bridge, to_bridge(*master, {}, host_seed));
    network.bridge = std::move(bridge);
  }
  TRY(network.nat, look_behind(host, network.bridge));
  return network;
}

Result<Survey> survey(const Host& host, const Scope& scope, const std::string& host_seed) {
  TRY(auto vde_switch, host.switches.inspect(scope));
  return survey_around(host, scope, host_seed, std::move(vde_switch));
}

Result<Survey> survey_around(const Host& host, const Scope& scope, const std::string& host_seed,
                             Switch vde_switch) {
  Survey found;
  found.network.vde_switch = std::move(vde_switch);
  TRY(found.links, host.links.links());
  TRY(auto candidates, collect_taps(scope, found));
  if (const Tap* tap = pick_tap(found.network.vde_switch, candidates, scope); tap != nullptr)
    found.network.tap = *tap;
  TRY(look_for_orphan(host, scope, found));
  if (found.network.tap && found.network.tap->bridge) {
    TRY(found.network.bridge, find_bridge(*found.network.tap->bridge, found.links, host_seed));
  }
  TRY(found.network.nat, look_behind(host, found.network.bridge));
  TRY(found.private_bridges, find_private_bridges(scope, found.links, host_seed));
  return found;
}

Result<std::optional<Bridge>> find_bridge(const IfName& name, const std::vector<Link>& links,
                                          const std::string& host_seed) {
  const Link* link = find_link(links, name.str());
  if (link == nullptr || !link->is_bridge())
    return std::optional<Bridge>{};
  TRY(auto bridge, to_bridge(*link, links, host_seed));
  return std::optional{std::move(bridge)};
}

} // namespace vdeup::engine
