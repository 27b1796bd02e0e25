#include "plan/old_switch.hpp"

#include "base/text.hpp"
#include "plan/functional.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

bool is_sound(const Network& observed) {
  return is_on_its_tap(observed) || is_functional_without_tap(observed.vde_switch);
}

/// What of a sound switch is not as it was asked for.
std::string difference(const Request& request, const Network& observed) {
  const Switch& old = observed.vde_switch;
  if (!has_wanted_access(request, old))
    return fmt::format("it is {}; asked for is one {}",
                       old.access ? describe(*old.access) : "in a mode of its own",
                       describe(*request.access));
  return fmt::format("its uplink is {}, and another one is asked for",
                     word_for(uplink_of(observed).value_or(UplinkKind::none)));
}

/// The undo of stopping a switch: one that was sound comes back, though its VMs have to attach again.
std::optional<Step> start_again(const Request& request, const Network& observed) {
  const Switch& old = observed.vde_switch;
  if (!is_sound(observed) || !old.access)
    return std::nullopt;
  return Step{SwitchStep{
      StartSwitch{request.scope, old.tap, *old.access, uplink_of(observed).value_or(UplinkKind::bridge)}}};
}

std::string keep_or_replace(const Network& observed) {
  return fmt::format(
      "`--uplink {}` takes it as it is; to change it end its VMs, or repeat with -f: they lose "
      "their network",
      word_for(uplink_of(observed).value_or(UplinkKind::none)));
}

Result<> may_replace(const Request& request, const Network& observed) {
  const Switch& old = observed.vde_switch;
  if (request.force)
    return ok();
  const std::string what = fmt::format("cannot renew the switch {}", request.scope.sockets.dir.str());
  if (old.life == Switch::Life::mute)
    return fail(Error{ErrorKind::refused, what,
                      fmt::format("process {} holds it and does not answer", old.pid),
                      std::string{k_force_hint}});
  const auto clients = old.clients();
  const bool has_other_access = !has_wanted_access(request, old);
  if (is_sound(observed) && has_other_access)
    return fail(Error{ErrorKind::refused, what, difference(request, observed),
                      "run `vdeup cancel` first, or repeat with -f: attached VMs lose their network"});
  if (is_sound(observed) && !clients.empty())
    return fail(Error{ErrorKind::refused, what, difference(request, observed), keep_or_replace(observed)});
  if (!clients.empty())
    return fail(Error{
        ErrorKind::refused, what,
        fmt::format("it has lost its TAP or its socket, but VMs are attached: {}", name_clients(clients)),
        "end these VMs, or repeat with -f: they lose their network"});
  return ok();
}

} // namespace

std::string name_clients(const std::vector<std::string>& clients) {
  constexpr std::size_t most = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(most, clients.size()); ++i)
    names += fmt::format("{}{}", i == 0 ? "" : ", ", printable(clients[i]));
  if (clients.size() > most)
    names += fmt::format(" and {} more", clients.size() - most);
  return names;
}

Result<Plan> clear_old_switch(const Request& request, const Network& observed) {
  const Switch& old = observed.vde_switch;
  Plan plan;
  if (old.life == Switch::Life::absent)
    return plan;
  if (old.life == Switch::Life::dead) {
    plan.push_back({Step{SwitchStep{SweepSockets{request.scope}}}, std::nullopt});
    return plan;
  }
  TRY(may_replace(request, observed));
  if (old.slirp)
    plan.push_back({Step{SwitchStep{StopUplink{request.scope}}},
                    Step{SwitchStep{StartUplink{request.scope, old.slirp->forwards}}}});
  plan.push_back(
      {Step{SwitchStep{StopSwitch{request.scope, request.force}}}, start_again(request, observed)});
  return plan;
}

} // namespace vdeup::plan
