#include "network/situation.hpp"

#include "plan/functional.hpp"
#include "plan/nat_choice.hpp"

#include <fmt/format.h>

namespace vdeup::network {
namespace {

Result<Situation> with_bridge(const World& world, const plan::Request& request, engine::Survey survey) {
  // A TAP that is ours stays where it is unless another bridge is asked for by name.
  const auto& tap = survey.network.tap;
  const auto named = plan::named_bridge(request, survey.links);
  const bool stays = !named && tap && tap->bridge;
  TRY(auto choice, plan::choose_bridge(stays ? tap->bridge : named, survey.links, world.host_seed));
  if (stays)
    choice.reason = fmt::format("{} is on it", tap->name.str());
  TRY(plan::consider_interface(request, survey.links, choice));
  const bool is_broken = survey.network.vde_switch.life != Switch::Life::absent;
  if (request.fresh_tap && is_broken && !plan::is_on_its_tap(survey.network))
    survey.network.tap.reset(); // it stays, out of use, until cancel removes all that bear the mark
  survey.network.bridge = choice.exists ? std::optional{choice.bridge} : std::nullopt;
  return Situation{std::move(survey), std::move(choice)};
}

/// The addresses that a private network has; if it has none, those that it is to have.
Result<PrivateNetwork> settle_addresses(const World& world, const plan::Request& request,
                                        const std::optional<Nat>& observed) {
  if (observed && observed->network)
    return *observed->network;
  TRY(auto used, world.host.nats.used_networks());
  return plan::choose_private_network(request.scope, world.host_seed, used, world.host.nats.has_ip6());
}

Result<Situation> with_private_network(const World& world, const plan::Request& request,
                                       engine::Survey survey) {
  TRY(auto choice, plan::choose_nat_bridge(request.scope, survey.links, world.host_seed));
  Network& network = survey.network;
  network.bridge.reset();
  network.nat.reset();
  if (choice.exists) {
    network.bridge = choice.bridge;
    TRY(network.nat, world.host.nats.inspect(choice.bridge.name, *choice.bridge.nat));
  }
  TRY(choice.network, settle_addresses(world, request, network.nat));
  return Situation{std::move(survey), std::move(choice)};
}

} // namespace

Result<Situation> situate(const World& world, const plan::Request& request, const Goal& goal,
                          engine::Survey survey) {
  switch (goal.uplink) {
  case UplinkKind::bridge:
    return with_bridge(world, request, std::move(survey));
  case UplinkKind::nat:
    return with_private_network(world, request, std::move(survey));
  case UplinkKind::slirp:
  case UplinkKind::none:
    break;
  }
  return Situation{std::move(survey), {}};
}

Result<Situation> observe_situation(const World& world, const plan::Request& request, const Goal& goal) {
  TRY(auto survey, world.survey(request.scope));
  return situate(world, request, goal, std::move(survey));
}

} // namespace vdeup::network
