#include "plan/removal.hpp"

#include "base/text.hpp"
#include "plan/nat_choice.hpp"
#include "plan/old_switch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

/// Builds a plan of steps that stay done.
class Remover {
 public:
  Remover(const Scope& scope, const Network& observed, const std::vector<Tap>& taps)
      : m_scope(scope), m_observed(observed), m_taps(taps) {}

  Result<> may_stop_switch(const Removal& removal) const {
    const Switch& vde_switch = m_observed.vde_switch;
    const std::string what = fmt::format("cannot stop the switch {}", m_scope.sockets.dir.str());
    if (vde_switch.life == Switch::Life::mute && !removal.force)
      return fail(Error{ErrorKind::refused, what,
                        fmt::format("process {} holds it and does not answer", vde_switch.pid),
                        std::string{k_force_hint}});
    if (const auto clients = vde_switch.clients(); !clients.empty() && !removal.force)
      return fail(Error{ErrorKind::refused, what, fmt::format("VMs are attached: {}", name_clients(clients)),
                        "end these VMs, or repeat with -f: they lose their network"});
    return ok();
  }

  void remove_switch(bool force) {
    using Life = Switch::Life;
    const Switch& vde_switch = m_observed.vde_switch;
    if (vde_switch.slirp)
      add(SwitchStep{StopUplink{m_scope}});
    if (vde_switch.life == Life::alive || vde_switch.life == Life::mute)
      add(SwitchStep{StopSwitch{m_scope, force}});
    if (vde_switch.life == Life::dead)
      add(SwitchStep{SweepSockets{m_scope}});
  }

  void remove_taps() {
    for (const Tap& tap : m_taps)
      if (tap.mark)
        add(LinkStep{DeleteTap{tap.name, *tap.mark}});
  }

  Result<> remove_private_network(const FoundNat& nat) {
    TRY(check_ports(nat.bridge, nat.ports, "take that port out first"));
    const NatMark mark = nat_mark(m_scope);
    // Where the bridge is gone, the dnsmasq is all by which its owner finds the rest: it goes after that.
    add(NatStep{RemovePrivateNetwork{nat.bridge, mark}});
    add(NatStep{StopDnsmasq{m_scope.owner, nat.bridge}});
    if (nat.has_bridge)
      add(LinkStep{DeleteBridge{nat.bridge, mark}});
    return ok();
  }

  Result<> remove_bridge() {
    const auto& bridge = m_observed.bridge;
    if (!bridge || !(bridge->is_ours || bridge->is_half_made))
      return ok();
    TRY(check_ports(bridge->name, bridge->ports, "cancel without --bridge, or take that port out first"));
    if (bridge->is_half_made)
      add(LinkStep{MarkBridge{bridge->name, bridge->mac, {}}});
    add(LinkStep{DeleteBridge{bridge->name, {}}});
    return ok();
  }

  Plan take() { return std::move(m_plan); }

 private:
  void add(Step step) { m_plan.push_back({std::move(step), std::nullopt}); }

  [[nodiscard]] Result<> check_ports(const IfName& bridge, const std::vector<std::string>& ports,
                                     std::string_view hint) const {
    const auto other = foreign_port(ports, m_taps);
    if (!other)
      return ok();
    return fail(Error{ErrorKind::refused, fmt::format("cannot remove bridge {}", bridge.str()),
                      fmt::format("{} is still a port of it", printable(*other)), std::string{hint}});
  }

  const Scope& m_scope;
  const Network& m_observed;
  const std::vector<Tap>& m_taps;
  Plan m_plan{};
};

} // namespace

std::optional<std::string> foreign_port(const std::vector<std::string>& ports, const std::vector<Tap>& taps) {
  const auto is_ours = [&taps](const std::string& port) {
    return std::any_of(taps.begin(), taps.end(),
                       [&port](const Tap& tap) { return tap.mark && tap.name.str() == port; });
  };
  const auto other = std::find_if_not(ports.begin(), ports.end(), is_ours);
  return other == ports.end() ? std::nullopt : std::optional{*other};
}

Result<Plan> make_removal_plan(const Scope& scope, const Removal& removal, const Network& observed,
                               const std::vector<Tap>& taps, const std::vector<FoundNat>& nats) {
  Remover remover{scope, observed, taps};
  TRY(remover.may_stop_switch(removal));
  remover.remove_switch(removal.force);
  remover.remove_taps();
  for (const FoundNat& each : nats) {
    TRY(remover.remove_private_network(each));
  }
  if (removal.bridge) {
    TRY(remover.remove_bridge());
  }
  return remover.take();
}

} // namespace vdeup::plan
