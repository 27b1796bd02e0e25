#include "nicmove/move_plan.hpp"

#include "nicmove/move_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

// Theory of operation
//
// Connections survive if at every moment each packet that comes in reaches IP, and each that goes out finds a
// route, a source address and a neighbour. Four facts of the kernel make that possible:
//
//   a. A bridge has the NIC's address and answers for any local address. So what comes in may arrive at the
//      bridge while the addresses and the routes are still the NIC's.
//   b. A port of a bridge still sends what is routed through it. So what goes out may go through the NIC
//      while all comes in at the bridge.
//   c. Two interfaces may have the same address, and a route may be there twice. The first one is taken, and
//      a reader sees either of them, never neither.
//   d. A program at the NIC's ingress (Detour) comes before the hook of the bridge, and delivers to the
//      bridge's IP whether the NIC is a port or not. The kernel itself drops what comes in while it makes a
//      port of the NIC, or frees it, and may wait for other processors meanwhile. If we die, the detour ends,
//      and the way that packets take then is whole: the NIC has everything until it is a port, and has it
//      again before it is none.
//
// On the way in, in this order, and each for its reason:
//
//    1. The bridge is made with the NIC's address: no neighbour has to learn anything.
//    2. Before it is up it gets `rp_filter` 2, as routes and packets are about to disagree (a, b), and is
//       told to make no addresses and to take none from routers: all it is to have, it is given.
//    3. It is set up. Without a port it has no carrier and sends nothing, but nothing is routed to it yet.
//    4. Addresses: before anything arrives, so that IPv6 answers for them and strict checks find one. The
//       kernel adds routes to their prefixes behind those of the NIC, where nobody takes them (c). IPv6 does
//       not look for duplicates: it would find the NIC, and be silent for a second. The step ends when the
//       address is in use, which the kernel leaves to another thread. A prefix's route that the NIC has lost
//       is removed at once (moved_routes.hpp).
//    5. Rules that name the bridge: before packets come in there.
//    6. Detour: now IP packets come in at the bridge. ARP and neighbour discovery stay with the NIC, which
//       answers for its addresses until it is a port, so that nobody's question is lost.
//    7. The NIC becomes a port, and the bridge begins to send; the step waits for that.
//    8. Neighbours: before anything is sent through the bridge, so that nothing waits for an answer; and not
//       before it has carrier, as the kernel forgets the neighbours of a device that it finds without.
//    9. Routes, now that the bridge sends: those without a gateway first, as a gateway has to be reached by
//       one of them. Added behind the NIC's ones; those that others stand behind take their place. The
//       default routes that routers told of get another metric (moved_routes.hpp).
//   10. The NIC's routes go, in the opposite order. From here on all goes out through the bridge.
//   11. The detour ends: what comes in at a port comes in at the bridge.
//   12. The NIC is told to make no addresses: it would do so with the next carrier.
//   13. Neighbours that were set by hand go, then addresses: secondary ones first, for a primary one takes
//       its secondaries with it. The kernel flushes all routes of an interface with its last address; by now
//       there are none.
//   14. Rules that name the NIC go.
//   15. The bridge gets all settings of the NIC.
//   16. It announces its addresses: who asked during 7 and heard nothing does not wait for a second.
//
// On the way out the same with NIC and bridge in each other's place: 2 for the bridge, 4, 5, 6, 8 for the
// NIC, then routes (9, 10: the NIC sends as a port, b), then it leaves the bridge (its packets take the
// detour), the detour ends, and the bridge, which has nothing left, is cleared and deleted. Undoing either in
// reverse is the other.
//
// What this cannot save: a packet that waits for an answer to ARP from somebody never spoken to before; a
// socket that is bound to the NIC, or to a link-local address and thereby to it; a group that a socket joined
// on it; a path MTU that was found out, which is found out again.

namespace vdeup::nicmove {
namespace {

/// `nic` is what the NIC was before, where undoing is planned as well.
void go_in(MoveSteps& mover, const NicMove& move, const NicSnapshot* nic, bool create) {
  mover.make_bridge(create);
  mover.add_contents(move.bridge);
  mover.begin_detour();
  mover.join();
  mover.switch_routes(move.nic, move.bridge);
  mover.end_detour();
  mover.quieten_nic(nic);
  mover.remove_contents(move.nic);
  mover.settle_bridge();
  mover.announce(move.bridge);
}

void go_out(MoveSteps& mover, const NicMove& move, const NicSnapshot* nic, bool bridge_exists) {
  if (bridge_exists)
    mover.loosen_bridge();
  mover.quieten_nic(nic);
  mover.add_contents(move.nic);
  if (bridge_exists)
    mover.begin_detour();
  mover.switch_routes(move.bridge, move.nic);
  mover.leave();
  mover.end_detour();
  mover.remove_contents(move.bridge);
  mover.settle_nic(nic);
  mover.announce(move.nic);
  mover.delete_bridge(nic != nullptr);
}

Error will_not_move(const IfName& nic, std::string cause, std::string hint,
                    ErrorKind kind = ErrorKind::refused) {
  return Error{kind, "cannot move what " + nic.str() + " has", std::move(cause), std::move(hint)};
}

Result<> check_contents(const NicSnapshot& source) {
  for (const Route& route : source.routes)
    if (route.next_hop)
      return fail(will_not_move(
          source.name,
          fmt::format("the route {} uses the next hop object {}", route.destination.str(), *route.next_hop),
          "`ip nexthop` lists them; vdeup moves plain routes only"));
  for (const InterfaceAddress& address : source.addresses)
    if (is_of_use(address) && (address.flags & k_unready_address) != 0)
      return fail(will_not_move(
          source.name,
          fmt::format("the kernel still looks whether {} is somebody else's", address.local.str()),
          "repeat this in a second or two; it needs an interface that is up and has carrier",
          ErrorKind::conflict));
  return ok();
}

std::vector<IfName> parts_that_are_up(const NicSnapshot& nic) {
  std::vector<IfName> parts;
  if (nic.is_up)
    parts.push_back(nic.name);
  // Observed with bonds: when they are made a port, theirs go down (the 2010 tool slept and set them up).
  if (nic.kind == "bond" || nic.kind == "team")
    parts.insert(parts.end(), nic.ports.begin(), nic.ports.end());
  return parts;
}

/// The same, as much later as the clock says. What has ended meanwhile is left out.
NicSnapshot aged(NicSnapshot source, std::uint64_t now) {
  const std::uint64_t passed = now > source.taken_at ? now - source.taken_at : 0;
  const auto age = [passed](std::uint32_t& lifetime, std::uint32_t never) {
    if (lifetime != never)
      lifetime = lifetime > passed ? static_cast<std::uint32_t>(lifetime - passed) : 0;
  };
  std::erase_if(source.routes,
                [passed](const Route& route) { return route.expires != 0 && route.expires <= passed; });
  for (Route& route : source.routes)
    age(route.expires, 0);
  for (InterfaceAddress& address : source.addresses) {
    age(address.valid, k_forever);
    age(address.preferred, k_forever);
  }
  std::erase_if(source.addresses, [](const InterfaceAddress& address) { return address.valid == 0; });
  source.taken_at = now;
  return source;
}

} // namespace

NicMove move_in_of(const NicSnapshot& nic, const IfName& bridge) {
  return {NicMove::Direction::in, nic.name, bridge, nic, parts_that_are_up(nic)};
}

NicMove move_out_of(const NicSnapshot& bridge, const NicSnapshot& nic) {
  return {NicMove::Direction::out, nic.name, bridge.name, bridge, parts_that_are_up(nic)};
}

Result<Plan> plan_move_in(const NicSnapshot& nic, const IfName& bridge) {
  if (nic.master)
    return fail(will_not_move(nic.name, "it is a port of " + nic.master->str() + " already", {}));
  if (nic.kind == "bridge" || nic.name == bridge)
    return fail(will_not_move(nic.name, "it is a bridge itself", {}));
  TRY(check_contents(nic));
  const NicMove move = move_in_of(nic, bridge);
  MoveSteps mover{move, nic};
  go_in(mover, move, &nic, true);
  if (!nic.is_up) // with nothing to lose, and only now: the kernel gives no addresses to a port that is quiet
    mover.add(SetUp{nic.name}, LinkStep{SetDown{nic.name}});
  return mover.take_plan();
}

Result<Plan> plan_move_out(const NicSnapshot& bridge, const NicSnapshot& nic) {
  if (nic.master != bridge.name)
    return fail(will_not_move(bridge.name, nic.name.str() + " is not a port of it", {}));
  const auto other = std::find_if(bridge.ports.begin(), bridge.ports.end(),
                                  [&nic](const IfName& port) { return port != nic.name; });
  if (other != bridge.ports.end())
    return fail(will_not_move(bridge.name, other->str() + " is still a port of it",
                              "`vdeup cancel` removes the TAP of a switch"));
  TRY(check_contents(bridge));
  const NicMove move = move_out_of(bridge, nic);
  MoveSteps mover{move, bridge};
  go_out(mover, move, &nic, true);
  return mover.take_plan();
}

std::vector<LinkStep> plan_rollback(const NicMove& move, const RollbackFacts& facts) {
  const NicSnapshot source = aged(move.source, facts.now);
  MoveSteps mover{move, source};
  for (const IfName& part : move.keep_up)
    mover.add(SetUp{part}, std::nullopt);
  mover.remove_misplaced(source.name, facts.addresses);
  if (move.direction == NicMove::Direction::out) {
    go_in(mover, move, nullptr, !facts.bridge_exists);
  } else {
    if (facts.bridge_exists) // we may have died between its making and its marking
      mover.add(MarkBridge{move.bridge, source.mac}, std::nullopt);
    go_out(mover, move, nullptr, facts.bridge_exists);
  }
  std::vector<LinkStep> steps;
  for (PlannedStep& planned : mover.take_plan())
    steps.push_back(std::get<LinkStep>(std::move(planned.step)));
  return steps;
}

} // namespace vdeup::nicmove
