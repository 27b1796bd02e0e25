#include "plan/tapless.hpp"

#include "plan/old_switch.hpp"
#include "plan/planner.hpp"

#include <fmt/format.h>

namespace vdeup::plan {
namespace {

Error switch_differs(std::string cause) {
  return Error{ErrorKind::conflict, "the network is not as it was asked for", std::move(cause),
               "`vdeup check` looks at every part of it"};
}

void add(Plan& plan, SwitchStep step, std::optional<SwitchStep> undo = {}) {
  plan.push_back({Step{std::move(step)}, undo ? std::optional{Step{std::move(*undo)}} : std::nullopt});
}

std::vector<Forward> forwards_of(const Switch& vde_switch) {
  return vde_switch.slirp ? vde_switch.slirp->forwards : std::vector<Forward>{};
}

/// One slirp is all that a switch can have, so other forwards take a new one, and connections through the old
/// one end.
Result<> may_renew_uplink(const Request& request, const Switch& observed,
                          const std::vector<Forward>& lacking) {
  const auto clients = observed.clients();
  if (request.force || clients.empty())
    return ok();
  return fail(
      Error{ErrorKind::refused, fmt::format("cannot forward {}", lacking.front().text()),
            fmt::format("the uplink runs without it, and VMs are attached: {}", name_clients(clients)),
            "end these VMs, or repeat with -f: their connections to the outside break"});
}

Result<> plan_uplink(const Request& request, const Switch& desired, const Switch& observed, bool keeps_switch,
                     Plan& plan) {
  const auto lacking = missing_forwards(forwards_of(observed), forwards_of(desired));
  const bool runs = keeps_switch && observed.slirp;
  if (runs && lacking.empty())
    return ok();
  if (runs) {
    TRY(may_renew_uplink(request, observed, lacking));
    add(plan, StopUplink{request.scope}, StartUplink{request.scope, forwards_of(observed)});
  }
  add(plan, StartUplink{request.scope, forwards_of(desired)}, StopUplink{request.scope});
  return ok();
}

} // namespace

Network desire_tapless(const Request& request, UplinkKind kind, const Network& observed) {
  Network desired;
  desired.vde_switch = Switch{.life = Switch::Life::alive,
                              .uid = request.scope.owner.uid,
                              .access = request.access,
                              .accepts_clients = true,
                              .made_for = kind};
  if (kind == UplinkKind::slirp)
    desired.vde_switch.slirp =
        SlirpUplink{.forwards = join_forwards(forwards_of(observed.vde_switch), request.forwards)};
  return desired;
}

Result<Plan> make_tapless_plan(const Request& request, const Network& desired, const Network& observed) {
  const Switch& wanted = desired.vde_switch;
  const Switch& old = observed.vde_switch;
  const bool keeps_switch = old.life == Switch::Life::alive && old.accepts_clients && !old.tap &&
                            old.made_for == wanted.made_for && has_wanted_access(request, old);
  Plan plan;
  if (!keeps_switch) {
    TRY(plan, clear_old_switch(request, observed));
    const auto access = request.access.value_or(old.access.value_or(SwitchAccess{}));
    add(plan, StartSwitch{request.scope, std::nullopt, access, *wanted.made_for},
        StopSwitch{request.scope, true});
  }
  if (wanted.slirp) {
    TRY(plan_uplink(request, wanted, old, keeps_switch, plan));
  }
  return plan;
}

Result<> verify_tapless(const Network& desired, const Network& observed) {
  const Switch& wanted = desired.vde_switch;
  const Switch& seen = observed.vde_switch;
  if (seen.life != Switch::Life::alive || !seen.accepts_clients)
    return fail(switch_differs("the switch does not answer or does not accept VMs"));
  if (wanted.access && seen.access && !grants(*seen.access, *wanted.access))
    return fail(switch_differs(fmt::format("the switch is {}", describe(*seen.access))));
  if (seen.tap || seen.made_for != wanted.made_for)
    return fail(switch_differs("the switch was made for another uplink"));
  if (!wanted.slirp)
    return ok();
  if (!seen.slirp)
    return fail(switch_differs("the slirp of the switch is not at one of its ports"));
  if (const auto lacking = missing_forwards(seen.slirp->forwards, wanted.slirp->forwards); !lacking.empty())
    return fail(switch_differs(fmt::format("{} is not forwarded", lacking.front().text())));
  return ok();
}

bool is_functional_without_tap(const Switch& observed) {
  if (observed.life != Switch::Life::alive || !observed.accepts_clients || observed.tap)
    return false;
  return observed.made_for == UplinkKind::none || (observed.made_for == UplinkKind::slirp && observed.slirp);
}

bool has_wanted_uplink(const Request& request, const Network& observed) {
  const Switch& vde_switch = observed.vde_switch;
  if (request.uplink && uplink_of(observed) != request.uplink)
    return false;
  return missing_forwards(forwards_of(vde_switch), request.forwards).empty();
}

std::vector<Forward> new_forwards(const Plan& plan, const Network& observed) {
  for (const PlannedStep& planned : plan)
    if (const auto* step = std::get_if<SwitchStep>(&planned.step))
      if (const auto* start = std::get_if<StartUplink>(step)) {
        std::vector<Forward> fresh;
        for (const Forward& forward : missing_forwards(forwards_of(observed.vde_switch), start->forwards))
          fresh.push_back(forward);
        return fresh;
      }
  return {};
}

} // namespace vdeup::plan
