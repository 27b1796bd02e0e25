#include "network/ensure.hpp"

#include "engine/apply.hpp"
#include "network/manager_marks.hpp"
#include "network/nat_uplink.hpp"
#include "network/settle_uplink.hpp"
#include "plan/planner.hpp"
#include "plan/tapless.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::network {
namespace {

constexpr int k_max_plans = 20;

/// Whether to do it, and whom to tell before.
struct Manner {
  bool dry_run = false;
  const OnPlan& on_plan;
};

/// How much of a network is to exist: which plan leads there, and what proves it.
struct Goal {
  Result<Situation> (*look)(const World&, const plan::Request&);
  Result<Plan> (*plan)(const plan::Request&, const Network& desired, const Network& observed);
  Result<> (*verify)(const Network& desired, const Network& observed);
};

Result<Ensured> plan_and_apply(const World& world, const plan::Request& request, const Goal& goal,
                               const Manner& manner) {
  TRY(auto situation, goal.look(world, request));
  const Network& observed = situation.survey.network;
  TRY(auto desired, plan::desire(request, situation.choice, observed, situation.survey.links));
  TRY(auto plan, goal.plan(request, desired, observed));
  Ensured ensured{manner.dry_run ? desired : observed, std::move(plan), situation.choice.reason, {}, {}};
  if (manner.dry_run || ensured.plan.empty())
    return ensured;
  if (manner.on_plan) {
    TRY(manner.on_plan(ensured.plan));
  }
  const auto prove = [&]() -> Result<> {
    TRY(auto after, goal.look(world, request));
    ensured.network = after.survey.network;
    return goal.verify(desired, ensured.network);
  };
  engine::Journal journal = world.journal();
  const auto unmark = mark_new_devices(ensured.plan, world.log);
  if (auto applied = engine::apply(ensured.plan, world.host, journal, prove); !applied) {
    tell_managers(unmark, world.log);
    return fail(std::move(applied).error());
  }
  return ensured;
}

Result<Ensured> reach(const World& world, const plan::Request& request, const Goal& goal,
                      const Manner& manner) {
  auto ensured = until_settled([&] { return plan_and_apply(world, request, goal, manner); });
  return ensured ? std::move(ensured) : fail(with_privilege_hint(std::move(ensured).error(), request));
}

/// A private network, and what is in its way.
Result<Ensured> reach_privately(const World& world, const plan::Request& request, const Manner& manner) {
  TRY(auto strays, plan_to_clear_strays(world, request));
  if (!manner.dry_run) {
    engine::Journal journal = world.journal();
    if (auto cleared = engine::apply(strays, world.host, journal); !cleared)
      return fail(with_privilege_hint(std::move(cleared).error(), request));
  }
  TRY(auto ensured, reach(world, request, {look_for_private_network, plan::make_plan, plan::verify}, manner));
  ensured.plan.insert(ensured.plan.begin(), strays.begin(), strays.end());
  if (!manner.dry_run && !ensured.plan.empty() && ensured.network.bridge)
    ensured.warnings = warnings_about(world, ensured.network.bridge->name);
  return ensured;
}

Result<Ensured> ensure_by(UplinkKind kind, const World& world, const plan::Request& request,
                          const Manner& manner) {
  switch (kind) {
  case UplinkKind::bridge:
    return reach(world, request, {look, plan::make_plan, plan::verify}, manner);
  case UplinkKind::nat:
    return reach_privately(world, request, manner);
  case UplinkKind::slirp:
  case UplinkKind::none:
    break;
  }
  return ensure_tapless(world, request, kind, manner.dry_run, manner.on_plan);
}

} // namespace

Result<Ensured> until_settled(const std::function<Result<Ensured>()>& attempt) {
  for (int made = 1;; ++made) {
    auto ensured = attempt();
    if (ensured || !is_retryable(ensured.error().kind()) || made == k_max_plans)
      return ensured;
  }
}

Error with_privilege_hint(Error error, const plan::Request& request) {
  if (error.kind() != ErrorKind::not_permitted || !error.hints().empty() || ::geteuid() == 0)
    return error;
  error.set_hints(fmt::format("run `{}`, then repeat this", request.command("create", true)));
  return error;
}

bool is_as_requested(const Network& network, const plan::Request& request) {
  return plan::is_functional(network) && plan::has_wanted_access(request, network.vde_switch) &&
         plan::has_wanted_uplink(request, network) &&
         (!request.bridge || (network.tap && network.tap->bridge == request.bridge));
}

Result<Situation> look(const World& world, const plan::Request& request) {
  TRY(auto survey, world.survey(request.scope));
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
    survey.network.tap.reset(); // it stays, out of use, until cancel takes away all that bear the mark
  survey.network.bridge = choice.exists ? std::optional{choice.bridge} : std::nullopt;
  return Situation{std::move(survey), std::move(choice)};
}

Result<Ensured> ensure(const World& world, const plan::Request& request, bool dry_run,
                       const OnPlan& on_plan) {
  TRY(auto network, world.observe(request.scope));
  if (is_as_requested(network, request))
    return Ensured{std::move(network), {}, {}, {}, {}};
  TRY(auto uplink, settle_uplink(world, request, network));
  auto ensured = ensure_by(uplink.kind, world, request, {dry_run, on_plan});
  if (ensured)
    ensured.value().uplink_reason = std::move(uplink.reason);
  else if (!uplink.reason.empty())
    ensured.error().add_hint(fmt::format("the uplink was to be {}", uplink.reason));
  return ensured;
}

Result<Ensured> ensure_bridge(const World& world, const plan::Request& request, bool dry_run,
                              const OnPlan& on_plan) {
  return reach(world, request, {look, plan::make_bridge_plan, plan::verify_bridge}, {dry_run, on_plan});
}

} // namespace vdeup::network
