#include "nicmove/permission.hpp"

#include "base/text.hpp"
#include "managers/handover.hpp"
#include "managers/network_manager.hpp"
#include "model/find_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace vdeup::nicmove {
namespace {

/// The kernel does not tell which NIC the packets of a tunnel take.
bool is_tunnel(const Link& link) {
  return (!link.is_ethernet && !link.is_loopback && link.lower == 0) || link.kind == "tun";
}

/// True if packets to the internet can leave through the NIC: it has a default route, or all default routes
/// lead into tunnels.
bool leads_out(const Link& nic, const HostLinks& host) {
  const auto& routes = host.default_routes;
  const auto is_other_nic = [&](std::uint32_t index) {
    const Link* link = find_link(host.links, index);
    return index != nic.index && link != nullptr && !is_tunnel(*link);
  };
  return std::find(routes.begin(), routes.end(), nic.index) != routes.end() ||
         std::none_of(routes.begin(), routes.end(), is_other_nic);
}

bool is_over(const NetworkSession& session, const Link& nic, const NicDependents& dependents,
             const HostLinks& host) {
  const auto& own = dependents.addresses;
  if (session.local && std::find(own.begin(), own.end(), *session.local) != own.end())
    return true;
  // If only the server is known, its peer may be anywhere.
  const std::uint32_t link = session.interface != 0 ? session.interface : session.route;
  if (link == 0 && !session.local)
    return leads_out(nic, host);
  return link != 0 && leads_through(link, nic, host);
}

std::string describe(const NetworkSession& session) {
  if (!session.peer)
    return fmt::format("your session, which {} serves, runs over it", session.server);
  return fmt::format("your session from {}, which {} serves, runs over it", session.peer->address.str(),
                     session.server);
}

/// The manager that renews addresses, if any.
const NicManager* dynamic_manager(const NicDependents& dependents) {
  const auto found =
      std::find_if(dependents.managers.begin(), dependents.managers.end(),
                   [](const NicManager& manager) { return manager.hold != NicManager::Hold::leaves; });
  return found == dependents.managers.end() ? nullptr : &*found;
}

/// True if a manager is told of the move and hands the NIC over.
bool is_told(const NicManager& manager, const NicDependents& dependents) {
  return managers::can_hand_over(manager) &&
         std::find(dependents.reachable_managers.begin(), dependents.reachable_managers.end(),
                   manager.kind) != dependents.reachable_managers.end();
}

/// True if an address expires unless a program renews it. networkd and NetworkManager process router
/// advertisements themselves.
bool needs_renewal(const ExpiringAddress& address, const NicDependents& dependents) {
  const auto hears_routers = [](const NicManager& manager) {
    return manager.is_in_charge() &&
           (manager.kind == NicManager::Kind::networkd || manager.kind == NicManager::Kind::network_manager);
  };
  return !address.is_from_a_router ||
         std::any_of(dependents.managers.begin(), dependents.managers.end(), hears_routers);
}

/// Which addresses expire after the move, and when.
std::string what_ends(const NicManager& manager, const NicDependents& dependents) {
  std::vector<std::string> endings;
  for (const ExpiringAddress& address : dependents.expiring)
    if (manager.is_dynamic && needs_renewal(address, dependents))
      endings.push_back(fmt::format("{} ends in {} s", address.address.str(), address.seconds));
  return endings.empty() ? ""
                         : fmt::format(", and will not renew it on a bridge: {}", fmt::join(endings, ", "));
}

/// The alternative, with the commands of the manager.
std::string way_out(const NicManager& manager, const NicDependents& dependents, const std::string& nic) {
  if (manager.kind == NicManager::Kind::network_manager && dependents.bridge)
    return fmt::format("let NetworkManager make the bridge: `{}`; or -f, and it may undo the move",
                       fmt::join(nmcli_commands(*dependents.bridge), "`, `"));
  return fmt::format("`vdeup create -i {} --persist` prints what to give it; or -f, and it may undo the move",
                     nic);
}

Objection object_to(const NicManager& manager, const NicDependents& dependents, const std::string& nic) {
  const std::string evidence = fmt::format("{}", fmt::join(manager.evidence, ", "));
  const bool is_undecided = manager.hold == NicManager::Hold::undecided;
  return {fmt::format("{} {} ({}){}", manager.name, is_undecided ? "may take it at any moment" : "manages it",
                      evidence, what_ends(manager, dependents)),
          way_out(manager, dependents, nic), true};
}

/// Explains why a manager leaves its NIC alone.
std::string tell_of(const NicManager& manager, const std::string& nic) {
  const char* takes_up = manager.kind == NicManager::Kind::network_manager
                             ? "; then it sets it up anew, for which it takes its addresses off for a moment"
                             : "";
  return fmt::format("{} manages {}, and is told to leave it alone until it is given back{}", manager.name,
                     nic, takes_up);
}

Objection object_to_expiry(const ExpiringAddress& address, const NicManager* manager) {
  const std::string who = manager == nullptr ? "whoever renews it was not found"
                                             : fmt::format("{} renews it ({})", manager->name,
                                                           fmt::join(manager->evidence, ", "));
  return {fmt::format("its address {} ends in {} s unless it is renewed, and on a bridge it would not be: {}",
                      address.address.str(), address.seconds, who),
          "give the bridge to that program's configuration (--persist prints it), or use -f and renew the "
          "address on the bridge yourself",
          true};
}

Error to_error(const std::string& nic, const std::vector<Objection>& objections) {
  std::vector<std::string_view> causes;
  for (const Objection& objection : objections)
    causes.push_back(objection.cause);
  // An objection that does not yield comes first.
  const auto hardest = std::find_if(objections.begin(), objections.end(),
                                    [](const Objection& objection) { return !objection.yields_to_force; });
  const Objection& first = hardest == objections.end() ? objections.front() : *hardest;
  Error error{ErrorKind::refused, fmt::format("will not move what {} has", nic),
              fmt::format("{}", fmt::join(causes, "; ")), first.hint};
  error.set_yields_to_force(first.yields_to_force);
  return error;
}

std::vector<Objection> all_objections(const Link& nic, const NicDependents& dependents,
                                      const HostLinks& host) {
  std::vector<Objection> all = mount_objections(nic, dependents, host);
  for (auto& more : {session_objections(nic, dependents, host), manager_objections(nic, dependents),
                     firewall_objections(nic, dependents)})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

} // namespace

bool leads_through(std::uint32_t link, const Link& nic, const HostLinks& host) {
  constexpr int deepest = 16; // VLAN on bond and the like; indexes of other namespaces could close a circle
  for (int depth = 0; depth < deepest; ++depth) {
    if (link == nic.index)
      return true;
    const Link* at = find_link(host.links, link);
    if (at == nullptr)
      return false;
    if (is_tunnel(*at))
      return leads_out(nic, host);
    if (at->lower == 0 || at->lower_is_elsewhere)
      return false;
    link = at->lower;
  }
  return false;
}

std::vector<Objection> session_objections(const Link& nic, const NicDependents& dependents,
                                          const HostLinks& host) {
  std::vector<Objection> objections;
  for (const NetworkSession& session : dependents.sessions)
    if (is_over(session, nic, dependents, host))
      objections.push_back(
          {fmt::format("{} ({}): if the move fails, it is cut off", describe(session), session.evidence),
           "use the console of the host, or -f", true});
  return objections;
}

std::vector<Objection> mount_objections(const Link& nic, const NicDependents& dependents,
                                        const HostLinks& host) {
  std::vector<Objection> objections;
  for (const RemoteMount& mount : dependents.mounts) {
    // Without a known route it counts as over this NIC.
    if (mount.route != 0 && !leads_through(mount.route, nic, host))
      continue;
    const std::string from = mount.server ? " from " + mount.server->str() : "";
    const std::string where = fmt::format("{} ({}, {}{})", mount.purpose, printable(mount.mount_point),
                                          printable(mount.type), from);
    objections.push_back({fmt::format("{} comes over {}", where,
                                      mount.route == 0 ? "the network, and may come over it" : "it"),
                          mount.is_vital
                              ? "name another interface with -i"
                              : "work from a directory of this host and as a user at home on it, or use -f",
                          !mount.is_vital});
  }
  return objections;
}

std::vector<Objection> manager_objections(const Link& nic, const NicDependents& dependents) {
  std::vector<Objection> objections;
  const NicManager* renewer = dynamic_manager(dependents);
  for (const NicManager& manager : dependents.managers)
    if (manager.is_in_charge() && !is_told(manager, dependents))
      objections.push_back(object_to(manager, dependents, shell_quote(nic.name)));
  // One objection is enough; a lease without a known manager is an objection, too.
  for (const ExpiringAddress& address : dependents.expiring)
    if (needs_renewal(address, dependents) && objections.empty())
      objections.push_back(object_to_expiry(address, renewer));
  return objections;
}

std::vector<Objection> firewall_objections(const Link& nic, const NicDependents& dependents) {
  if (dependents.firewall.empty())
    return {};
  std::vector<std::string> places;
  for (const std::string& place : dependents.firewall)
    places.push_back(printable(place));
  return {{fmt::format("the firewall has rules for {} that would not hold for its packets any more ({})",
                       printable(nic.name), fmt::join(places, "; ")),
           "add the same rules for the other interface first, by name; or use -f and look after it at once",
           true}};
}

Result<std::vector<std::string>> check_permission(const NicChoice& choice, const NicDependents& dependents,
                                                  const HostLinks& host, bool force) {
  const std::string name = printable(choice.nic.name);
  std::vector<std::string> notes = choice.notes;
  std::vector<Objection> blocking;
  for (Objection& objection : all_objections(choice.nic, dependents, host)) {
    if (force && objection.yields_to_force)
      notes.push_back(fmt::format("{}: {}", name, objection.cause));
    else
      blocking.push_back(std::move(objection));
  }
  if (!blocking.empty())
    return fail(to_error(name, blocking));
  for (const NicManager& manager : dependents.managers) {
    if (is_told(manager, dependents))
      notes.push_back(tell_of(manager, name));
    if (manager.hold == NicManager::Hold::has_set)
      notes.push_back(
          fmt::format("{} has set {} up: do not use ifdown and ifup on it before `vdeup cancel --bridge`",
                      manager.name, name));
  }
  const auto is_renewed = [&dependents](const ExpiringAddress& address) {
    return !needs_renewal(address, dependents);
  };
  if (std::any_of(dependents.expiring.begin(), dependents.expiring.end(), is_renewed))
    notes.push_back("its IPv6 addresses are a router's: the kernel goes on to renew them on the bridge");
  for (const ExpiringAddress& address : dependents.expiring)
    if (address.is_temporary)
      notes.push_back(
          fmt::format("connections from its temporary address {} end in {} s: the kernel makes new "
                      "ones on the bridge, but does not prolong one that it was given",
                      address.address.str(), address.seconds));
  return notes;
}

} // namespace vdeup::nicmove
