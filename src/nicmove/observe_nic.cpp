#include "nicmove/observe_nic.hpp"

#include "firewall/references.hpp"
#include "kernel/route_query.hpp"
#include "kernel/wifi.hpp"
#include "managers/find_managers.hpp"

#include <algorithm>

namespace vdeup::nicmove {
namespace {

/// Where the packet filter names an interface but not its successor. Empty without the permission to read
/// the packet filter: that user may not move a NIC either.
Result<std::vector<std::string>> firewall_places(const IfName& from, const IfName& to) {
  auto read = firewall::read_ruleset();
  if (!read && read.error().kind() == ErrorKind::not_permitted)
    return std::vector<std::string>{};
  TRY(const auto ruleset, std::move(read));
  auto mentioned = find_references(ruleset, from.str());
  const auto kept = find_references(ruleset, to.str());
  std::erase_if(mentioned, [&kept](const std::string& place) {
    return std::find(kept.begin(), kept.end(), place) != kept.end();
  });
  return mentioned;
}

} // namespace

Result<HostLinks> observe_host_links(std::vector<Link> links) {
  HostLinks host{.links = std::move(links)};
  TRY(host.wifi_stations, kernel::list_wifi_stations());
  TRY(host.default_routes, kernel::list_default_route_links());
  return host;
}

Result<std::optional<NicChoice>> find_nic(const std::optional<IfName>& wanted, bool force,
                                          const HostLinks& host) {
  auto choice = choose_nic(wanted, force, host);
  if (!choice && choice.error().kind() == ErrorKind::missing && !wanted)
    return std::optional<NicChoice>{};
  TRY(auto chosen, std::move(choice));
  return std::optional{std::move(chosen)};
}

Result<std::optional<ObservedNic>> observe_nic(const MoveHosts& hosts, const Requester& requester,
                                               const std::optional<IfName>& wanted, bool force) {
  TRY(auto links, hosts.links->links());
  TRY(auto host, observe_host_links(std::move(links)));
  TRY(auto choice, find_nic(wanted, force, host));
  if (!choice)
    return std::optional<ObservedNic>{};
  TRY(auto name, IfName::parse(choice->nic.name));
  TRY(auto nic, settled_snapshot(hosts, name));
  TRY(auto dependents, dependents::observe_dependents(requester.process, requester.home));
  auto managers = managers::find_managers(choice->nic);
  return std::optional{ObservedNic{*std::move(choice), std::move(host), std::move(nic), std::move(dependents),
                                   std::move(managers)}};
}

Result<NicDependents> dependents_of(const NicSnapshot& source, const IfName& destination,
                                    dependents::Dependents dependents, std::vector<NicManager> managers) {
  NicDependents found{.sessions = std::move(dependents.sessions),
                      .mounts = std::move(dependents.mounts),
                      .managers = std::move(managers)};
  TRY(found.firewall, firewall_places(source.name, destination));
  for (const InterfaceAddress& address : source.addresses) {
    found.addresses.push_back(address.local.address);
    if (address.valid != k_forever)
      found.expiring.push_back({.address = address.local.address,
                                .seconds = address.valid,
                                .is_from_a_router = address.is_from_a_router(),
                                .is_temporary = address.is_temporary()});
  }
  return found;
}

std::vector<NetworkSession> sessions_over(const Link& link, const std::vector<NetworkSession>& sessions,
                                          const HostLinks& host) {
  std::vector<NetworkSession> over;
  std::copy_if(sessions.begin(), sessions.end(), std::back_inserter(over),
               [&](const NetworkSession& session) {
                 return session.route != 0 && leads_through(session.route, link, host);
               });
  return over;
}

} // namespace vdeup::nicmove
