#include "plan/planner.hpp"

#include "base/text.hpp"
#include "plan/old_switch.hpp"
#include "plan/tapless.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

/// Builds a plan front to back; each method adds the steps for one part.
class Planner {
 public:
  Planner(const Request& request, const Network& desired, const Network& observed)
      : m_request(request), m_desired(desired), m_observed(observed) {}

  Result<Plan> make() {
    const bool keep_switch = is_on_its_tap(m_observed) && has_wanted_access(m_request, m_observed.vde_switch);
    if (!keep_switch) {
      TRY(m_plan, clear_old_switch(m_request, m_observed));
    }
    TRY(ensure_bridge());
    TRY(ensure_tap(keep_switch));
    if (!keep_switch)
      add(StartSwitch{m_request.scope, m_desired.tap->name, access()},
          Step{SwitchStep{StopSwitch{m_request.scope, true}}});
    return std::move(m_plan);
  }

  Result<Plan> make_bridge() {
    TRY(ensure_bridge());
    return std::move(m_plan);
  }

 private:
  void add(LinkStep step, std::optional<Step> undo) {
    m_plan.push_back({Step{std::move(step)}, std::move(undo)});
  }
  void add(SwitchStep step, std::optional<Step> undo) {
    m_plan.push_back({Step{std::move(step)}, std::move(undo)});
  }

  /// A switch that is started anew lets in whom it did before, unless something else is asked for.
  [[nodiscard]] SwitchAccess access() const {
    return m_request.access.value_or(m_observed.vde_switch.access.value_or(SwitchAccess{}));
  }

  Result<> ensure_bridge() {
    const Bridge& bridge = *m_desired.bridge;
    if (!m_observed.bridge) {
      add(CreateBridge{bridge.name, bridge.mac, bridge.mtu}, Step{LinkStep{DeleteBridge{bridge.name}}});
      // No undo of its own: deleting the bridge covers it, and when somebody else has come to use the bridge
      // meanwhile, it is neither deleted nor set down.
      add(SetUp{bridge.name}, std::nullopt);
      return ok();
    }
    if (m_observed.bridge->is_half_made)
      add(MarkBridge{bridge.name, bridge.mac}, std::nullopt);
    if (m_observed.bridge->is_up)
      return ok();
    const bool is_made_by_us = m_observed.bridge->is_ours || m_observed.bridge->is_half_made;
    if (!is_made_by_us && !m_request.force)
      return fail(Error{ErrorKind::refused, fmt::format("cannot use bridge {}", bridge.name.str()),
                        "it is down, and vdeup did not make it",
                        fmt::format("run `ip link set {} up`, or repeat with -f", bridge.name.str())});
    add(SetUp{bridge.name}, Step{LinkStep{SetDown{bridge.name}}});
    return ok();
  }

  Result<> ensure_tap(bool switch_runs) {
    const Tap& tap = *m_desired.tap;
    if (!m_observed.tap) {
      add(CreateTap{tap.name, m_request.scope.owner, tap.mtu, *tap.mark},
          Step{LinkStep{DeleteTap{tap.name, *tap.mark}}});
      add(SetBridge{tap.name, tap.bridge}, Step{LinkStep{SetBridge{tap.name, std::nullopt}}});
      add(SetUp{tap.name}, Step{LinkStep{SetDown{tap.name}}});
      return ok();
    }
    TRY(may_use(*m_observed.tap, switch_runs));
    if (m_observed.tap->bridge != tap.bridge)
      add(SetBridge{tap.name, tap.bridge}, Step{LinkStep{SetBridge{tap.name, m_observed.tap->bridge}}});
    if (!m_observed.tap->is_up)
      add(SetUp{tap.name}, Step{LinkStep{SetDown{tap.name}}});
    return ok();
  }

  [[nodiscard]] Result<> may_use(const Tap& tap, bool switch_runs) const {
    const std::string what = fmt::format("cannot use TAP {}", tap.name.str());
    // A switch that is about to be stopped lets go of its TAP; what holds it otherwise is a stranger.
    const bool held_by_the_old_switch =
        m_observed.vde_switch.life == Switch::Life::alive || m_observed.vde_switch.life == Switch::Life::mute;
    if (!switch_runs && tap.is_up && tap.has_carrier && !held_by_the_old_switch)
      return fail(Error{ErrorKind::refused, what, "another process has it open",
                        "`vdeup check` says more; end that process, or run `vdeup cancel` first"});
    const bool works_elsewhere = tap.bridge && tap.bridge != m_desired.tap->bridge;
    if (works_elsewhere && !m_request.force)
      return fail(Error{ErrorKind::refused, what,
                        fmt::format("it is a port of {}, and {} was asked for", tap.bridge->str(),
                                    m_desired.tap->bridge->str()),
                        "run `vdeup cancel` first, or repeat with -f to move it"});
    if (!tap.mark && !tap.is_up)
      return fail(Error{ErrorKind::refused, what, "vdeup did not make it, and it is down",
                        fmt::format("run `ip link set {} up`", tap.name.str())});
    if (!tap.mark && tap.bridge != m_desired.tap->bridge)
      return fail(Error{ErrorKind::refused, what,
                        "vdeup did not make it, and it is not a port of the bridge that is asked for",
                        fmt::format("run `ip link set {} master {}`, or stop that switch", tap.name.str(),
                                    m_desired.bridge->name.str())});
    return ok();
  }

  const Request& m_request;
  const Network& m_desired;
  const Network& m_observed;
  Plan m_plan{};
};

Error differs(std::string cause) {
  // Somebody else may be at work on the same host: looked at again, it can be right or can be made so.
  return Error{ErrorKind::conflict, "the network is not as it was asked for", std::move(cause),
               "`vdeup check` looks at every part of it"};
}

} // namespace

Result<Plan> make_plan(const Request& request, const Network& desired, const Network& observed) {
  return Planner{request, desired, observed}.make();
}

Result<Plan> make_bridge_plan(const Request& request, const Network& desired, const Network& observed) {
  return Planner{request, desired, observed}.make_bridge();
}

Result<Plan> make_removal_plan(const Scope& scope, const Removal& removal, const Network& observed,
                               const std::vector<Tap>& taps) {
  using Life = Switch::Life;
  Plan plan;
  const std::string what = fmt::format("cannot stop the switch {}", scope.sockets.dir.str());
  const Switch& vde_switch = observed.vde_switch;
  if (vde_switch.life == Life::mute && !removal.force)
    return fail(Error{ErrorKind::refused, what,
                      fmt::format("process {} holds it and does not answer", vde_switch.pid),
                      std::string{k_force_hint}});
  if (const auto clients = vde_switch.clients(); !clients.empty() && !removal.force)
    return fail(Error{ErrorKind::refused, what, fmt::format("VMs are attached: {}", name_clients(clients)),
                      "end these VMs, or repeat with -f: they lose their network"});
  if (vde_switch.slirp)
    plan.push_back({Step{SwitchStep{StopUplink{scope}}}, std::nullopt});
  if (vde_switch.life == Life::alive || vde_switch.life == Life::mute)
    plan.push_back({Step{SwitchStep{StopSwitch{scope, removal.force}}}, std::nullopt});
  if (vde_switch.life == Life::dead)
    plan.push_back({Step{SwitchStep{SweepSockets{scope}}}, std::nullopt});
  for (const Tap& tap : taps)
    if (tap.mark)
      plan.push_back({Step{LinkStep{DeleteTap{tap.name, *tap.mark}}}, std::nullopt});
  if (!removal.bridge || !observed.bridge || !(observed.bridge->is_ours || observed.bridge->is_half_made))
    return plan;
  const auto goes_with_us = [&taps](const std::string& port) {
    return std::any_of(taps.begin(), taps.end(),
                       [&port](const Tap& tap) { return tap.mark && tap.name.str() == port; });
  };
  const auto& ports = observed.bridge->ports;
  if (const auto other = std::find_if_not(ports.begin(), ports.end(), goes_with_us); other != ports.end())
    return fail(Error{ErrorKind::refused, fmt::format("cannot remove bridge {}", observed.bridge->name.str()),
                      fmt::format("{} is still a port of it", printable(*other)),
                      "cancel without --bridge, or take that port out first"});
  if (observed.bridge->is_half_made)
    plan.push_back({Step{LinkStep{MarkBridge{observed.bridge->name, observed.bridge->mac}}}, std::nullopt});
  plan.push_back({Step{LinkStep{DeleteBridge{observed.bridge->name}}}, std::nullopt});
  return plan;
}

Result<> verify_bridge(const Network& desired, const Network& observed) {
  if (!observed.bridge || observed.bridge->name != desired.bridge->name || !observed.bridge->is_up)
    return fail(differs(fmt::format("bridge {} is not up", desired.bridge->name.str())));
  return ok();
}

Result<> verify(const Network& desired, const Network& observed) {
  TRY(verify_bridge(desired, observed));
  const Switch& vde_switch = observed.vde_switch;
  if (vde_switch.life != Switch::Life::alive || !vde_switch.accepts_clients)
    return fail(differs("the switch does not answer or does not accept VMs"));
  const auto& wanted = desired.vde_switch.access;
  if (wanted && vde_switch.access && !grants(*vde_switch.access, *wanted))
    return fail(differs(fmt::format("the switch is {}", describe(*vde_switch.access))));
  if (vde_switch.tap != desired.tap->name)
    return fail(differs(fmt::format("{} is not at a port of the switch", desired.tap->name.str())));
  if (!observed.tap || observed.tap->bridge != desired.tap->bridge)
    return fail(
        differs(fmt::format("{} is not a port of {}", desired.tap->name.str(), desired.bridge->name.str())));
  if (!observed.tap->is_up || !observed.tap->has_carrier)
    return fail(differs(fmt::format("{} has no carrier", desired.tap->name.str())));
  return ok();
}

bool is_on_its_tap(const Network& observed) {
  const Switch& vde_switch = observed.vde_switch;
  if (vde_switch.life != Switch::Life::alive || !vde_switch.accepts_clients || !vde_switch.tap ||
      !observed.tap)
    return false;
  const Tap& tap = *observed.tap;
  // A TAP that is up and that nobody holds is another one of the same name: the switch lost its own.
  return tap.index != 0 && tap.name == *vde_switch.tap && (tap.has_carrier || !tap.is_up);
}

bool has_wanted_access(const Request& request, const Switch& observed) {
  if (!request.access)
    return true;
  if (!observed.access)
    return false;
  SwitchAccess seen = *observed.access;
  if (!seen.group)
    seen.group = Group{request.scope.owner.gid, {}};
  return grants(seen, *request.access);
}

bool is_functional(const Network& observed) {
  if (!observed.vde_switch.tap)
    return is_functional_without_tap(observed.vde_switch);
  if (!is_on_its_tap(observed) || !observed.tap->is_up || !observed.tap->has_carrier)
    return false;
  if (!observed.tap->mark) // somebody made this by hand and may have other plans for it than a bridge
    return true;
  return observed.bridge && observed.bridge->is_up && observed.tap->bridge == observed.bridge->name;
}

} // namespace vdeup::plan
