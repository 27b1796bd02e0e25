#include "nicmove/look.hpp"

#include "firewall/references.hpp"
#include "kernel/kernel_host.hpp"
#include "kernel/nic_snapshot.hpp"
#include "kernel/route_query.hpp"
#include "kernel/wifi.hpp"
#include "managers/broker.hpp"
#include "managers/find_managers.hpp"

#include <algorithm>

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::seconds k_settling{5}; // of addresses that the kernel has just got

Result<NicSnapshot> there(Result<std::optional<NicSnapshot>> looked, const IfName& name) {
  TRY(auto seen, std::move(looked));
  if (!seen)
    return fail(is_gone(name));
  return *std::move(seen);
}

/// Where the packet filter names an interface, and not the one that is to take its place. Nothing if it may
/// not be read: who may not read it may not move a NIC either.
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

Result<nicmove::MoveHosts> open_hosts() {
  TRY(auto links, kernel::KernelHost::open());
  TRY(auto nics, kernel::KernelNics::open());
  return nicmove::MoveHosts{std::move(links), std::move(nics), std::make_unique<managers::Broker>()};
}

Error is_gone(const IfName& name) {
  return Error{ErrorKind::conflict, "cannot look at " + name.str(), "the interface is gone", {}};
}

Result<NicSnapshot> snapshot(const nicmove::MoveHosts& hosts, const IfName& name) {
  return there(hosts.nics->snapshot(name), name);
}

Result<NicSnapshot> settled_snapshot(const nicmove::MoveHosts& hosts, const IfName& name) {
  return there(hosts.nics->settled_snapshot(name, Deadline::after(k_settling)), name);
}

Result<NicSurvey> survey_nics(const std::vector<Link>& links) {
  NicSurvey survey{.links = links};
  TRY(survey.wifi_stations, kernel::list_wifi_stations());
  TRY(survey.default_routes, kernel::list_default_route_links());
  return survey;
}

Result<std::optional<SeenNic>> see_nic(const nicmove::MoveHosts& hosts, const Asker& asker,
                                       const std::optional<IfName>& wanted, bool force,
                                       const std::vector<Link>& links) {
  TRY(auto survey, survey_nics(links));
  auto choice = choose_nic(wanted, force, survey);
  if (!choice && choice.error().kind() == ErrorKind::missing && !wanted)
    return std::optional<SeenNic>{};
  TRY(auto chosen, std::move(choice));
  TRY(auto name, IfName::parse(chosen.nic.name));
  TRY(auto nic, settled_snapshot(hosts, name));
  TRY(auto dependents, dependents::observe_dependents(asker.process, asker.home));
  auto managers = managers::find_managers(chosen.nic);
  return std::optional{SeenNic{std::move(chosen), std::move(survey), std::move(nic), std::move(dependents),
                               std::move(managers)}};
}

Result<NicUse> use_of(const NicSnapshot& source, const IfName& destination, dependents::Dependents dependents,
                      std::vector<NicManager> managers) {
  NicUse use{.sessions = std::move(dependents.sessions),
             .mounts = std::move(dependents.mounts),
             .managers = std::move(managers)};
  TRY(use.firewall, firewall_places(source.name, destination));
  for (const InterfaceAddress& address : source.addresses) {
    use.addresses.push_back(address.local.address);
    if (address.valid != k_forever)
      use.expiring.push_back({.address = address.local.address,
                              .seconds = address.valid,
                              .is_from_a_router = address.is_from_a_router(),
                              .is_temporary = address.is_temporary()});
  }
  return use;
}

std::vector<NetworkSession> sessions_over(const Link& link, const std::vector<NetworkSession>& sessions,
                                          const NicSurvey& survey) {
  std::vector<NetworkSession> over;
  std::copy_if(sessions.begin(), sessions.end(), std::back_inserter(over),
               [&](const NetworkSession& session) {
                 return session.route != 0 && leads_through(session.route, link, survey);
               });
  return over;
}

} // namespace vdeup::nicmove
