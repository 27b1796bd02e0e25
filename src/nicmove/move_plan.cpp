#include "nicmove/move_plan.hpp"

#include "nicmove/move_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

// Theory of operation
//
// Connections survive if at every moment each incoming packet reaches IP, and each outgoing packet finds a
// route, a source address and a neighbour. Four facts of the kernel make that possible:
//
//   a. A bridge has the NIC's MAC address and accepts packets for any local address. So packets may come in
//      at the bridge while the addresses and routes are still on the NIC.
//   b. A port of a bridge still sends what is routed through it. So packets may leave through the NIC while
//      all packets come in at the bridge.
//   c. Two interfaces may have the same address, and the same route. The kernel uses the first one, and a
//      reader sees one of them at any time.
//   d. A program at the ingress of the NIC (Detour) runs before the hook of the bridge, and delivers packets
//      to the bridge's IP whether the NIC is a port or not. Without it the kernel drops incoming packets
//      while it adds or removes a port, and may wait for other processors meanwhile. If this process dies,
//      the detour ends and the path of the packets is complete: the NIC has all addresses until it is a port,
//      and has them again before it leaves the bridge.
//
// Steps into the bridge, in this order:
//
//    1. Create the bridge with the NIC's MAC address: no neighbour has to learn a new one.
//    2. Before it is up, set `rp_filter` 2, because routes and packets will disagree (a, b), and disable
//       automatic addresses and router advertisements: the bridge gets only what the NIC has.
//    3. Set it up. Without a port it has no carrier and sends nothing, but nothing is routed to it yet.
//    4. Add the addresses before any packet arrives, so that IPv6 answers for them and strict checks find
//       them. The kernel adds their prefix routes behind those of the NIC, unused (c). IPv6 does not check
//       for duplicates: it would find the NIC and be silent for a second. The step ends when the address is
//       in use, which the kernel does in another thread. A prefix route that the NIC does not have is removed
//       at once (moved_routes.hpp).
//    5. Add the rules that name the bridge, before packets come in there.
//    6. Begin the detour: IP packets come in at the bridge. ARP and neighbour discovery stay with the NIC,
//       which answers for its addresses until it is a port, so that no request is lost.
//    7. Add the NIC to the bridge, which begins to send; the step waits for that.
//    8. Add the neighbours, before packets leave through the bridge and would wait for ARP, but after it has
//       carrier: the kernel forgets the neighbours of a device without carrier.
//    9. Add the routes, now that the bridge sends: those without a gateway first, because gateways must be
//       reachable. They come behind those of the NIC; a route with others behind it is replaced. Advertised
//       default routes get another metric (moved_routes.hpp).
//   10. Remove the NIC's routes in reverse order. From here on all packets leave through the bridge.
//   11. End the detour: packets of a port come in at the bridge.
//   12. Disable automatic addresses on the NIC, which would come with the next carrier.
//   13. Remove static neighbours, then the addresses: secondary ones first, because a primary one removes
//       its secondaries. With the last address the kernel flushes all routes of an interface; now there are
//       none.
//   14. Remove the rules that name the NIC.
//   15. Give the bridge all settings of the NIC.
//   16. Announce the addresses: a host whose request was lost in 7 does not wait for a second.
//
// Out of the bridge, NIC and bridge change places: 2 for the bridge, 4, 5, 6, 8 for the NIC, then the routes
// (9, 10: the NIC sends as a port, b). Then the NIC leaves the bridge (its packets take the detour), the
// detour ends, and the empty bridge is deleted. Each plan undone in reverse is the other one.
//
// Not saved: a packet that waits for ARP from a new neighbour; a socket bound to the NIC or to a link-local
// address; multicast groups that a socket joined on the NIC; path MTUs, which are discovered again.

namespace vdeup::nicmove {
namespace {

/// `nic` is the NIC as it was, if the plan needs an undo.
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
  // Observed with bonds: when a bond becomes a port of a bridge, its own ports go down.
  if (nic.kind == "bond" || nic.kind == "team")
    parts.insert(parts.end(), nic.ports.begin(), nic.ports.end());
  return parts;
}

/// The snapshot with its lifetimes aged; what has expired is left out.
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
  if (!nic.is_up) // last: the kernel gives no automatic addresses to a port with those disabled
    mover.add(SetUp{nic.name}, SetDown{nic.name});
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
