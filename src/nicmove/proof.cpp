#include "nicmove/proof.hpp"

#include "base/text.hpp"
#include "model/ip_compare.hpp"
#include "model/nat.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::nicmove {
namespace {

constexpr std::size_t k_max_gateways = 8; // of a router's NIC all would take too long

/// True if the interface reaches an address without a gateway.
bool is_on_link(const IpAddress& address, const NicSnapshot& source) {
  return address.is_link_local6() ||
         std::any_of(source.routes.begin(), source.routes.end(), [&address](const Route& route) {
           return !route.has_gateway() && route.destination.length > 0 &&
                  overlap(route.destination, single(address));
         });
}

void add_once(std::vector<ReachTarget>& targets, ReachTarget target) {
  const auto is_same = [&target](const ReachTarget& other) {
    return other.how == target.how && other.address == target.address && other.port == target.port;
  };
  if (std::none_of(targets.begin(), targets.end(), is_same))
    targets.push_back(std::move(target));
}

void add_gateways(std::vector<ReachTarget>& targets, const NicSnapshot& source, bool only_default) {
  for (const Route& route : source.routes)
    for (const NextHop& hop : route.next_hops) {
      const bool is_default = route.destination.length == 0;
      if (hop.gateway && hop.interface == 0 && is_default == only_default && targets.size() < k_max_gateways)
        add_once(targets, {ReachTarget::How::neighbour, *hop.gateway, 0, "the gateway"});
    }
}

bool is_of_the_link(const InterfaceAddress& address) {
  return address.local.address.is_link_local6();
}

using vdeup::is_same;
bool is_same(const RoutingRule& one, const RoutingRule& other) {
  return one == other;
}
bool is_same(const Neighbour& one, const Neighbour& other) {
  return one.address == other.address && one.is_proxy == other.is_proxy;
}

/// Take out what was there before and is not moved.
template <class T>
void leave_out(std::vector<T>& all, const std::vector<T>& had, const std::vector<T>& moved) {
  std::erase_if(all, [&](const T& one) {
    const auto is_it = [&one](const T& other) { return is_same(other, one); };
    return std::any_of(had.begin(), had.end(), is_it) && std::none_of(moved.begin(), moved.end(), is_it);
  });
}

NicSnapshot without_own(NicSnapshot destination, const NicSnapshot& had, const NicSnapshot& moved) {
  leave_out(destination.addresses, had.addresses, moved.addresses);
  leave_out(destination.routes, had.routes, moved.routes);
  leave_out(destination.rules, had.rules, moved.rules);
  leave_out(destination.neighbours, had.neighbours, moved.neighbours);
  return destination;
}

/// Routes of both interfaces with the same destination had a place among each other, and have none now.
void forget_places(NicSnapshot& nic) {
  for (Route& route : nic.routes)
    route.place = Route::Place::alone;
}

} // namespace

std::vector<ReachTarget> proof_targets(const NicSnapshot& source, const std::vector<NetworkSession>& sessions,
                                       std::vector<ReachTarget> asked) {
  std::vector<ReachTarget> targets;
  add_gateways(targets, source, true);
  if (targets.empty())
    add_gateways(targets, source, false);
  for (const NetworkSession& session : sessions)
    if (session.peer && is_on_link(session.peer->address, source))
      add_once(targets, {ReachTarget::How::neighbour, session.peer->address, 0, "the peer of your login"});
  for (ReachTarget& target : asked) {
    if (target.port == 0)
      target.how = is_on_link(target.address, source) ? ReachTarget::How::neighbour : ReachTarget::How::echo;
    add_once(targets, std::move(target));
  }
  return targets;
}

Result<> verify_nic_move(const NicMove& move, const std::optional<NicSnapshot>& had,
                         const NicSnapshot& destination) {
  // What a device is by itself stays.
  NicSnapshot wanted = move.source;
  wanted.name = destination.name;
  wanted.index = destination.index;
  wanted.kind = destination.kind;
  wanted.qdisc = destination.qdisc;
  wanted.ports = destination.ports;
  wanted.master = destination.master;
  wanted.is_up = destination.is_up;
  NicSnapshot seen = had ? without_own(destination, *had, move.source) : destination;
  if (had && !had->routes.empty()) {
    forget_places(wanted);
    forget_places(seen);
  }
  if (!move.source.is_up) { // then it had no routes and no address of the link; up, the kernel makes them
    seen.routes = wanted.routes;
    std::erase_if(seen.addresses, is_of_the_link);
    std::erase_if(wanted.addresses, is_of_the_link);
  }
  std::string text = differences(wanted, seen);
  if (text.empty())
    return ok();
  std::replace(text.begin(), text.end(), '\n', ';');
  return fail(Error{ErrorKind::conflict,
                    fmt::format("{} has not all that {} had", destination.name.str(), move.source.name.str()),
                    printable(text), "somebody else may have changed it meanwhile: repeat this"});
}

} // namespace vdeup::nicmove
