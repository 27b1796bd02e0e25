#include "network/ensure.hpp"

#include "engine/apply.hpp"
#include "network/manager_marks.hpp"
#include "network/nat_uplink.hpp"
#include "network/settle_uplink.hpp"
#include "plan/desire.hpp"
#include "plan/functional.hpp"
#include "plan/planner.hpp"
#include "plan/verify.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <utility>

namespace vdeup::network {
namespace {

constexpr int k_max_plans = 20;
constexpr std::chrono::seconds k_forwarding_patience{2}; // the kernel tells of carriers once a second

/// Try again for as long as others change the host meanwhile.
template <class Attempt>
auto until_settled(const Attempt& attempt) {
  for (int made = 1;; ++made) {
    auto outcome = attempt();
    if (outcome || !is_retryable(outcome.error().kind()) || made == k_max_plans)
      return outcome;
  }
}

/// Say who can do it, and which uplink it was for.
Error explain(Error error, const plan::Request& request, const Goal& goal, const std::string& uplink_reason) {
  if (goal.uplink == UplinkKind::bridge || goal.uplink == UplinkKind::nat)
    error = with_privilege_hint(std::move(error), request);
  if (!uplink_reason.empty())
    error.add_hint(fmt::format("the uplink was to be {}", uplink_reason));
  return error;
}

Result<Network> desire(const plan::Request& request, const Goal& goal, const Situation& situation) {
  const auto& [survey, choice] = situation;
  if (!choice)
    return plan::desire_tapless(request, goal.uplink, survey.network);
  if (goal.bridge_alone)
    return plan::desire_bridge(*choice);
  return plan::desire(request, *choice, survey.network, survey.links);
}

Result<Draft> plan_goal(const World& world, const plan::Request& request, const Goal& goal,
                        engine::Survey survey) {
  Draft draft{.goal = goal};
  if (goal.uplink == UplinkKind::nat) {
    TRY(draft.stale, plan_stale_removal(world, request, survey));
  }
  TRY(draft.situation, situate(world, request, goal, std::move(survey)));
  const Network& observed = draft.situation.survey.network;
  TRY(draft.desired, desire(request, goal, draft.situation));
  TRY(draft.plan, plan::make_plan(request, draft.desired, observed));
  if (const auto forwards = plan::new_forwards(draft.plan, observed); !forwards.empty()) {
    TRY(world.host.switches.check_host_ports(request.scope, forwards));
  }
  return draft;
}

Result<Draft> plan_network(const World& world, const plan::Request& request, Network observed) {
  TRY(auto survey, world.survey(request.scope, observed.vde_switch));
  TRY(auto uplink, settle_uplink(world, request, observed, survey));
  const Goal goal{.uplink = uplink.kind};
  auto draft = plan_goal(world, request, goal, std::move(survey));
  if (!draft)
    return fail(explain(std::move(draft).error(), request, goal, uplink.reason));
  draft.value().uplink_reason = std::move(uplink.reason);
  return draft;
}

Result<Draft> plan_bridge(const World& world, const plan::Request& request) {
  const Goal goal{.uplink = UplinkKind::bridge, .bridge_alone = true};
  TRY(auto survey, world.survey(request.scope));
  auto draft = plan_goal(world, request, goal, std::move(survey));
  return draft ? std::move(draft) : fail(explain(std::move(draft).error(), request, goal, {}));
}

Result<Draft> attempt_draft(const World& world, const plan::Request& request, bool bridge_alone,
                            std::optional<Switch> vde_switch) {
  if (bridge_alone)
    return plan_bridge(world, request);
  TRY(auto network,
      vde_switch ? world.observe(request.scope, *std::move(vde_switch)) : world.observe(request.scope));
  if (!plan::is_as_requested(request, network))
    return plan_network(world, request, std::move(network));
  Draft draft{.desired = network};
  draft.situation.survey.network = std::move(network);
  return draft;
}

/// True for a TAP that has its carrier, and whose bridge has not heard of it yet: frames would be lost.
bool is_about_to_forward(const Network& network) {
  return network.tap && network.tap->has_carrier && network.tap->port_state == PortState::disabled &&
         network.bridge && network.bridge->is_up && !network.bridge->stp;
}

/// Carry out the steps of a draft, and prove that they led to what was desired.
Result<Ensured> carry_out(const World& world, const plan::Request& request, const Draft& draft,
                          const OnPlan& on_plan) {
  Ensured ensured = draft.rehearsed();
  ensured.network = draft.situation.survey.network;
  ensured.plan = draft.plan;
  if (draft.plan.empty())
    return ensured;
  if (on_plan) {
    TRY(on_plan(draft.plan));
  }
  const auto prove = [&]() -> Result<> {
    TRY(auto after, observe_situation(world, request, draft.goal));
    ensured.network = std::move(after.survey.network);
    if (is_about_to_forward(ensured.network)) {
      TRY(world.host.links.wait_until_forwarding(ensured.network.tap->name,
                                                 Deadline::after(k_forwarding_patience)));
    }
    return plan::verify(draft.desired, ensured.network);
  };
  engine::Journal journal = world.journal();
  const auto unmark = mark_new_devices(draft.plan, world.log);
  if (auto applied = engine::apply(draft.plan, world.host, journal, prove); !applied) {
    tell_managers(unmark, world.log);
    return fail(explain(std::move(applied).error(), request, draft.goal, draft.uplink_reason));
  }
  return ensured;
}

/// Remove what is stale, and plan again: it can have been taken for a part of the network.
Result<> remove_stale(const World& world, const plan::Request& request, Draft& draft, Plan& removed) {
  if (draft.stale.empty())
    return ok();
  engine::Journal journal = world.journal();
  if (auto applied = engine::apply(draft.stale, world.host, journal); !applied)
    return fail(explain(std::move(applied).error(), request, draft.goal, draft.uplink_reason));
  removed.insert(removed.end(), draft.stale.begin(), draft.stale.end());
  TRY(draft, attempt_draft(world, request, draft.goal.bridge_alone, {}));
  return ok();
}

} // namespace

Ensured Draft::rehearsed() const {
  Ensured ensured{.network = desired, .plan = stale, .uplink_reason = uplink_reason};
  ensured.plan.insert(ensured.plan.end(), plan.begin(), plan.end());
  if (situation.choice)
    ensured.bridge_reason = situation.choice->reason;
  return ensured;
}

Result<Draft> make_draft(const World& world, const plan::Request& request, const EnsureOptions& options) {
  return until_settled(
      [&] { return attempt_draft(world, request, options.bridge_alone, options.vde_switch); });
}

Result<Ensured> ensure(const World& world, const plan::Request& request, EnsureOptions options) {
  Plan removed;
  auto ensured = until_settled([&]() -> Result<Ensured> {
    Draft draft;
    if (options.draft) {
      draft = *std::exchange(options.draft, std::nullopt);
    } else {
      TRY(draft, attempt_draft(world, request, options.bridge_alone,
                               std::exchange(options.vde_switch, std::nullopt)));
    }
    if (options.dry_run)
      return draft.rehearsed();
    TRY(remove_stale(world, request, draft, removed));
    return carry_out(world, request, draft, options.on_plan);
  });
  if (!ensured)
    return ensured;
  Ensured& done = ensured.value();
  done.plan.insert(done.plan.begin(), removed.begin(), removed.end());
  if (!options.dry_run && !done.plan.empty() && done.network.nat && done.network.bridge)
    done.warnings = warnings_about(world, done.network.bridge->name);
  return ensured;
}

Error with_privilege_hint(Error error, const plan::Request& request) {
  if (error.kind() != ErrorKind::not_permitted || !error.hints().empty() || ::geteuid() == 0)
    return error;
  error.set_hints(fmt::format("run `{}`, then repeat this", request.command("create", true)));
  return error;
}

} // namespace vdeup::network
