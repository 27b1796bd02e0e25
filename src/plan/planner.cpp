#include "plan/planner.hpp"

#include "plan/functional.hpp"
#include "plan/old_switch.hpp"

#include <fmt/format.h>

namespace vdeup::plan {
namespace {

/// Builds a plan front to back; each method adds the steps for one part.
class Planner {
 public:
  Planner(const Request& request, const Network& desired, const Network& observed)
      : m_request(request), m_desired(desired), m_observed(observed) {}

  Result<Plan> make() {
    const bool wants_switch = m_desired.vde_switch.life == Switch::Life::alive;
    const bool keeps = keeps_switch();
    if (wants_switch && !keeps) {
      TRY(m_plan, clear_old_switch(m_request, m_observed));
    }
    if (m_desired.bridge) {
      TRY(ensure_bridge());
    }
    ensure_private_network();
    if (m_desired.tap) {
      TRY(ensure_tap(keeps));
    }
    if (wants_switch && !keeps)
      start_switch();
    if (m_desired.vde_switch.slirp) {
      TRY(ensure_slirp(keeps));
    }
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

  /// True if the switch that is there can stay.
  [[nodiscard]] bool keeps_switch() const {
    const Switch& old = m_observed.vde_switch;
    if (!has_wanted_access(m_request, old))
      return false;
    if (m_desired.tap)
      return is_on_its_tap(m_observed);
    return old.life == Switch::Life::alive && old.accepts_clients && !old.tap &&
           old.made_for == m_desired.vde_switch.made_for;
  }

  /// A switch that is started anew admits whom the old one did, unless something else is asked for.
  void start_switch() {
    const auto access = m_request.access.value_or(m_observed.vde_switch.access.value_or(SwitchAccess{}));
    const auto tap = m_desired.tap ? std::optional{m_desired.tap->name} : std::nullopt;
    add(StartSwitch{m_request.scope, tap, access, m_desired.vde_switch.made_for.value_or(UplinkKind::bridge)},
        Step{SwitchStep{StopSwitch{m_request.scope, true}}});
  }

  Result<> ensure_slirp(bool keeps_switch) {
    const Switch& old = m_observed.vde_switch;
    const auto& wanted = m_desired.vde_switch.slirp->forwards;
    const auto lacking = missing_forwards(forwards_of(old), wanted);
    const bool runs = keeps_switch && old.slirp;
    if (runs && lacking.empty())
      return ok();
    if (runs) {
      TRY(may_renew_slirp(lacking));
      add(StopUplink{m_request.scope}, Step{SwitchStep{StartUplink{m_request.scope, forwards_of(old)}}});
    }
    add(StartUplink{m_request.scope, wanted}, Step{SwitchStep{StopUplink{m_request.scope}}});
    return ok();
  }

  /// One slirp is all that a switch can have, so other forwards take a new one, and connections through the
  /// old one end.
  [[nodiscard]] Result<> may_renew_slirp(const std::vector<Forward>& lacking) const {
    const auto clients = m_observed.vde_switch.clients();
    if (m_request.force || clients.empty())
      return ok();
    return fail(
        Error{ErrorKind::refused, fmt::format("cannot forward {}", lacking.front().text()),
              fmt::format("the uplink runs without it, and VMs are attached: {}", name_clients(clients)),
              "end these VMs, or repeat with -f: their connections to the outside break"});
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

} // namespace

Result<Plan> make_plan(const Request& request, const Network& desired, const Network& observed) {
  return Planner{request, desired, observed}.make();
}

std::vector<Forward> new_forwards(const Plan& plan, const Network& observed) {
  for (const PlannedStep& planned : plan)
    if (const auto* step = std::get_if<SwitchStep>(&planned.step))
      if (const auto* start = std::get_if<StartUplink>(step)) {
        return missing_forwards(forwards_of(observed.vde_switch), start->forwards);
      }
  return {};
}

} // namespace vdeup::plan
