#include "network/nat_uplink.hpp"

#include "process/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::network {
std::string why_not(const Error& error) {
  return error.kind() == ErrorKind::refused ? error.cause() : std::string{k_no_privilege};
}

std::string why_no_private_network(const World& world, const IfName& bridge) {
  if (!process::find_system_program("dnsmasq"))
    return "dnsmasq is not installed";
  const auto obstacles = world.host.nats.obstacles(bridge);
  if (!obstacles)
    return why_not(obstacles.error());
  if (obstacles.value().empty())
    return {};
  return obstacles.value().front().text();
}

std::vector<Warning> warnings_about(const World& world, const IfName& bridge) {
  const auto obstacles = world.host.nats.obstacles(bridge);
  if (!obstacles)
    return {{obstacles.error().message(), obstacles.error().hints()}};
  std::vector<Warning> warnings;
  for (const NatObstacle& obstacle : obstacles.value()) {
    Warning& warning = warnings.emplace_back(Warning{obstacle.text()});
    for (const std::string& command : obstacle.commands)
      warning.hints.add("run `" + command + "`");
  }
  return warnings;
}

Result<std::vector<plan::FoundNat>> find_nats(const World& world, const plan::Request& request,
                                              const engine::Survey& survey) {
  std::vector<plan::FoundNat> nats;
  for (const Bridge& bridge : survey.private_bridges)
    nats.push_back({bridge.name, true, bridge.ports});
  TRY(auto named, world.host.nats.remains(nat_mark(request.scope)));
  for (IfName& bridge : named)
    if (std::none_of(nats.begin(), nats.end(), [&](const auto& each) { return each.bridge == bridge; }))
      nats.push_back({std::move(bridge), false, {}});
  return nats;
}

Result<Plan> plan_stale_removal(const World& world, const plan::Request& request,
                                const engine::Survey& survey) {
  TRY(auto nats, find_nats(world, request, survey));
  std::erase_if(nats, [](const plan::FoundNat& each) { return each.has_bridge; });
  return plan::make_removal_plan(request.scope, {}, {}, {}, nats);
}

} // namespace vdeup::network
