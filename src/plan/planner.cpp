#include "plan/planner.hpp"

#include "plan/old_switch.hpp"
#include "plan/tapless.hpp"

#include <fmt/format.h>

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
    ensure_private_network();
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
  void add(NatStep step, std::optional<Step> undo) {
    m_plan.push_back({Step{std::move(step)}, std::move(undo)});
  }

  /// A switch that is started anew lets in whom it did before, unless something else is asked for.
  [[nodiscard]] SwitchAccess access() const {
    return m_request.access.value_or(m_observed.vde_switch.access.value_or(SwitchAccess{}));
  }

  Result<> ensure_bridge() {
    const Bridge& bridge = *m_desired.bridge;
    if (!m_observed.bridge) {
      add(CreateBridge{bridge.name, bridge.mac, bridge.mtu, bridge.nat},
          Step{LinkStep{DeleteBridge{bridge.name, bridge.nat}}});
      // No undo of its own: deleting the bridge covers it, and when somebody else has come to use the bridge
      // meanwhile, it is neither deleted nor set down.
      add(SetUp{bridge.name}, std::nullopt);
      return ok();
    }
    if (m_observed.bridge->is_half_made)
      add(MarkBridge{bridge.name, bridge.mac, bridge.nat}, std::nullopt);
    if (m_observed.bridge->is_up)
      return ok();
    const bool is_made_by_us =
        m_observed.bridge->is_ours || m_observed.bridge->is_half_made || bridge.nat.has_value();
    if (!is_made_by_us && !m_request.force)
      return fail(Error{ErrorKind::refused, fmt::format("cannot use bridge {}", bridge.name.str()),
                        "it is down, and vdeup did not make it",
                        fmt::format("run `ip link set {} up`, or repeat with -f", bridge.name.str())});
    add(SetUp{bridge.name}, Step{LinkStep{SetDown{bridge.name}}});
    return ok();
  }

  /// What was broken and is mended stays mended when a later step fails; what is new is taken back.
  void ensure_private_network() {
    if (!m_desired.nat)
      return;
    const Bridge& bridge = *m_desired.bridge;
    const PrivateNetwork& network = *m_desired.nat->network;
    const Nat seen = m_observed.nat.value_or(Nat{});
    std::optional<Step> removal;
    if (!seen.network)
      removal = Step{NatStep{RemovePrivateNetwork{bridge.name, *bridge.nat}}};
    if (seen.network != network || !seen.forwards || !seen.has_rules.value_or(true))
      add(AddPrivateNetwork{bridge.name, network, *bridge.nat}, std::move(removal));
    if (!seen.is_served)
      add(StartDnsmasq{m_request.scope.owner, bridge.name, network, bridge.nat->switch_dir},
          Step{NatStep{StopDnsmasq{m_request.scope.owner, bridge.name}}});
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

Result<> verify_private_network(const Nat& desired, const Network& observed) {
  const Nat seen = observed.nat.value_or(Nat{});
  if (seen.network != desired.network)
    return fail(differs(fmt::format("the bridge has not the address {}", desired.network->gateway4.str())));
  if (!seen.forwards)
    return fail(differs("this host does not forward what comes from the private network"));
  if (!seen.has_rules.value_or(true))
    return fail(differs("the rules that masquerade the private network are gone"));
  if (!seen.is_served)
    return fail(differs("no dnsmasq answers in the private network"));
  return ok();
}

} // namespace

Result<Plan> make_plan(const Request& request, const Network& desired, const Network& observed) {
  return Planner{request, desired, observed}.make();
}

Result<Plan> make_bridge_plan(const Request& request, const Network& desired, const Network& observed) {
  return Planner{request, desired, observed}.make_bridge();
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
  return desired.nat ? verify_private_network(*desired.nat, observed) : ok();
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
  if (observed.bridge && observed.bridge->nat && !(observed.nat && observed.nat->is_whole()))
    return false;
  return observed.bridge && observed.bridge->is_up && observed.tap->bridge == observed.bridge->name;
}

} // namespace vdeup::plan
