#include "network/nat_uplink.hpp"

#include "plan/nat_choice.hpp"
#include "plan/removal.hpp"
#include "process/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::network {
namespace {

/// The addresses that a private network has; where it has none, those that it is to have.
Result<PrivateNetwork> settle_network(const World& world, const plan::Request& request,
                                      const std::optional<Nat>& observed) {
  if (observed && observed->network)
    return *observed->network;
  TRY(auto used, world.host.nats.used_networks());
  return plan::choose_private_network(request.scope, world.host_seed, used, world.host.nats.has_ip6());
}

} // namespace

Result<Situation> look_for_private_network(const World& world, const plan::Request& request) {
  TRY(auto survey, world.survey(request.scope));
  TRY(auto choice, plan::choose_nat_bridge(request.scope, survey.links, world.host_seed));
  Network& network = survey.network;
  network.bridge.reset();
  network.nat.reset();
  if (choice.exists) {
    network.bridge = choice.bridge;
    TRY(network.nat, world.host.nats.inspect(choice.bridge.name, *choice.bridge.nat));
  }
  TRY(choice.network, settle_network(world, request, network.nat));
  return Situation{std::move(survey), std::move(choice)};
}

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

std::vector<std::string> warnings_about(const World& world, const IfName& bridge) {
  std::vector<std::string> warnings;
  const auto obstacles = world.host.nats.obstacles(bridge);
  if (!obstacles)
    return {fmt::format("{}{}{}", obstacles.error().message(),
                        obstacles.error().hints().empty() ? "" : "\n  hint: ",
                        fmt::join(obstacles.error().hints().lines(), "\n  hint: "))};
  for (const NatObstacle& obstacle : obstacles.value()) {
    std::string text = obstacle.text();
    for (const std::string& command : obstacle.commands)
      text += "\n  hint: run `" + command + "`";
    warnings.push_back(std::move(text));
  }
  return warnings;
}

Result<std::vector<plan::PrivateRemains>> find_remains(const World& world, const plan::Request& request,
                                                       const engine::Survey& survey) {
  std::vector<plan::PrivateRemains> remains;
  for (const Bridge& bridge : survey.private_bridges)
    remains.push_back({bridge.name, true, bridge.ports});
  TRY(auto left, world.host.nats.remains(nat_mark(request.scope)));
  for (IfName& bridge : left)
    if (std::none_of(remains.begin(), remains.end(), [&](const auto& each) { return each.bridge == bridge; }))
      remains.push_back({std::move(bridge), false, {}});
  return remains;
}

Result<Plan> plan_to_clear_strays(const World& world, const plan::Request& request) {
  TRY(auto survey, world.survey(request.scope));
  TRY(auto remains, find_remains(world, request, survey));
  remains.erase(
      std::remove_if(remains.begin(), remains.end(), [](const auto& each) { return each.has_bridge; }),
      remains.end());
  return plan::make_removal_plan(request.scope, {}, {}, {}, remains);
}

} // namespace vdeup::network
