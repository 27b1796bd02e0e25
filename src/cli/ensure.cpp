#include "cli/ensure.hpp"

#include "base/identity.hpp"
#include "cli/marks.hpp"
#include "cli/private_network.hpp"
#include "cli/uplink.hpp"
#include "engine/apply.hpp"
#include "plan/planner.hpp"
#include "plan/tapless.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace vdeup::cli {
namespace {

constexpr std::chrono::seconds k_look_patience{2};
constexpr int k_max_attempts = 20;

/// Whether to do it, and whom to tell before.
struct Manner {
  bool dry_run = false;
  const OnPlan& on_plan;
};

/// How much of a network is to exist: which plan leads there, and what proves it.
struct Goal {
  Result<Situation> (*look)(const Wiring&, const plan::Request&);
  Result<Plan> (*plan)(const plan::Request&, const Network& desired, const Network& observed);
  Result<> (*verify)(const Network& desired, const Network& observed);
};

Result<Ensured> plan_and_apply(const Wiring& wiring, const plan::Request& request, const Goal& goal,
                               const Manner& manner) {
  TRY(auto situation, goal.look(wiring, request));
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
    TRY(auto after, goal.look(wiring, request));
    ensured.network = after.survey.network;
    return goal.verify(desired, ensured.network);
  };
  engine::Journal journal = wiring.journal();
  const auto unmark = mark_new_devices(ensured.plan, wiring.log());
  if (auto applied = engine::apply(ensured.plan, wiring.host(), journal, prove); !applied) {
    tell_managers(unmark, wiring.log());
    return fail(std::move(applied).error());
  }
  return ensured;
}

Result<Ensured> reach(const Wiring& wiring, const plan::Request& request, const Goal& goal,
                      const Manner& manner) {
  auto ensured = until_settled([&] { return plan_and_apply(wiring, request, goal, manner); });
  return ensured ? std::move(ensured) : fail(with_privilege_hint(std::move(ensured).error(), request));
}

/// A private network, and what is in its way.
Result<Ensured> reach_privately(const Wiring& wiring, const plan::Request& request, const Manner& manner) {
  TRY(auto strays, plan_to_clear_strays(wiring, request));
  if (!manner.dry_run) {
    engine::Journal journal = wiring.journal();
    if (auto cleared = engine::apply(strays, wiring.host(), journal); !cleared)
      return fail(with_privilege_hint(std::move(cleared).error(), request));
  }
  TRY(auto ensured,
      reach(wiring, request, {look_for_private_network, plan::make_plan, plan::verify}, manner));
  ensured.plan.insert(ensured.plan.begin(), strays.begin(), strays.end());
  if (!manner.dry_run && !ensured.plan.empty() && ensured.network.bridge)
    ensured.warnings = warnings_about(wiring, ensured.network.bridge->name);
  return ensured;
}

Result<Ensured> ensure_by(UplinkKind kind, const Wiring& wiring, const plan::Request& request,
                          const Manner& manner) {
  switch (kind) {
  case UplinkKind::bridge:
    return reach(wiring, request, {look, plan::make_plan, plan::verify}, manner);
  case UplinkKind::nat:
    return reach_privately(wiring, request, manner);
  case UplinkKind::slirp:
  case UplinkKind::none:
    break;
  }
  return ensure_tapless(wiring, request, kind, manner.dry_run, manner.on_plan);
}

} // namespace

Result<Ensured> until_settled(const std::function<Result<Ensured>()>& attempt) {
  for (int made = 1;; ++made) {
    auto ensured = attempt();
    if (ensured || !is_retryable(ensured.error().kind()) || made == k_max_attempts)
      return ensured;
  }
}

Result<vde::SwitchLock> lock_switch(const Scope& scope, std::chrono::milliseconds patience) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  return vde::SwitchLock::acquire(scope, Deadline::after(patience));
}

std::optional<vde::SwitchLock> share_switch(const Scope& scope) {
  const auto acting = ActingAs::enter(scope.owner);
  return acting ? vde::SwitchLock::share(scope, Deadline::after(k_look_patience)) : std::nullopt;
}

void release_unused(vde::SwitchLock lock, const Scope& scope) {
  const auto acting = ActingAs::enter(scope.owner);
  struct stat status {};
  const bool has_switch = ::lstat(scope.sockets.dir.str().c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                          status.st_uid == scope.owner.uid;
  if (acting && (lock.has_made_file() || !has_switch))
    lock.remove_file();
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

Result<Situation> look(const Wiring& wiring, const plan::Request& request) {
  TRY(auto survey, engine::survey(wiring.host(), request.scope, wiring.host_seed()));
  // A TAP that is ours stays where it is unless another bridge is asked for by name.
  const auto& tap = survey.network.tap;
  const auto named = plan::named_bridge(request, survey.links);
  const bool stays = !named && tap && tap->bridge;
  TRY(auto choice, plan::choose_bridge(stays ? tap->bridge : named, survey.links, wiring.host_seed()));
  if (stays)
    choice.reason = fmt::format("{} is on it", tap->name.str());
  TRY(plan::consider_interface(request, survey.links, choice));
  const bool is_broken = survey.network.vde_switch.life != Switch::Life::absent;
  if (request.fresh_tap && is_broken && !plan::is_on_its_tap(survey.network))
    survey.network.tap.reset(); // it stays, out of use, until cancel takes away all that bear the mark
  survey.network.bridge = choice.exists ? std::optional{choice.bridge} : std::nullopt;
  return Situation{std::move(survey), std::move(choice)};
}

Result<Ensured> ensure(const Wiring& wiring, const plan::Request& request, bool dry_run,
                       const OnPlan& on_plan) {
  TRY(auto network, engine::observe_switch(wiring.host(), request.scope, wiring.host_seed()));
  if (is_as_requested(network, request))
    return Ensured{std::move(network), {}, {}, {}, {}};
  TRY(auto uplink, settle_uplink(wiring, request, network));
  auto ensured = ensure_by(uplink.kind, wiring, request, {dry_run, on_plan});
  if (ensured)
    ensured.value().uplink_reason = std::move(uplink.reason);
  else if (!uplink.reason.empty())
    ensured.error().add_hint(fmt::format("the uplink was to be {}", uplink.reason));
  return ensured;
}

Result<Ensured> ensure_bridge(const Wiring& wiring, const plan::Request& request, bool dry_run,
                              const OnPlan& on_plan) {
  return reach(wiring, request, {look, plan::make_bridge_plan, plan::verify_bridge}, {dry_run, on_plan});
}

} // namespace vdeup::cli
