#include "network/temporary.hpp"

#include "base/deadline.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "engine/apply.hpp"
#include "model/vm_identity.hpp"
#include "model/vm_tap.hpp"
#include "network/lock.hpp"
#include "network/nat_uplink.hpp"
#include "plan/removal.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace vdeup::network {
namespace {

constexpr std::string_view k_pid_key = "supervisor pid=";
constexpr std::string_view k_start_key = " start=";
constexpr std::string_view k_made_key = " made=";
constexpr std::string_view k_bridge_key = "bridge:";
constexpr std::chrono::seconds k_release_patience{2};

bool read_made(std::string_view list, TemporaryNetwork& temporary) {
  while (!list.empty()) {
    std::string_view word = take_part(list, ',');
    if (word == "switch") {
      temporary.made_switch = true;
    } else if (word == "tap") {
      temporary.made_tap = true;
    } else if (take_prefix(word, k_bridge_key)) {
      auto name = IfName::parse(word);
      if (!name)
        return false;
      temporary.made_bridge = std::move(name).value();
    } else {
      return false;
    }
  }
  return true;
}

/// VMs at the switch, and VMs with a TAP of their own that belong to the same network.
bool is_in_use(const engine::Survey& survey, const Scope& scope) {
  return !survey.network.vde_switch.clients().empty() || !vms_on_taps(survey.links, scope).empty();
}

/// True if the switch still lists a VM of this very process. It frees a port a moment after its VM has ended.
bool has_port_of_ours(const Switch& vde_switch) {
  const auto clients = vde_switch.clients();
  return std::any_of(clients.begin(), clients.end(),
                     [](const std::string& text) { return read_client_text(text).pid == ::getpid(); });
}

/// Look at the network when the switch has noticed that the VM of this process is gone.
Result<engine::Survey> survey_after_vm(const World& world, const Scope& scope) {
  const auto deadline = Deadline::after(k_release_patience);
  for (;;) {
    TRY(auto survey, world.survey(scope));
    if (!has_port_of_ours(survey.network.vde_switch) || deadline.is_over())
      return survey;
  }
}

/// What goes with a temporary network beside its switch and TAP.
struct Bridges {
  std::optional<Bridge> bridge{};
  std::vector<plan::FoundNat> nats{};
};

/// The bridge that was made, unless somebody else has come to use it. If it is or was a private network's,
/// all of that network goes, under whatever name it has now.
Result<Bridges> find_bridges(const World& world, const plan::Request& request,
                             const TemporaryNetwork& temporary, const engine::Survey& survey) {
  Bridges found;
  if (!temporary.made_bridge)
    return found;
  TRY(found.bridge, engine::find_bridge(*temporary.made_bridge, survey.links, world.host_seed));
  if (found.bridge && plan::foreign_port(found.bridge->ports, survey.taps))
    found.bridge.reset();
  TRY(auto nats, find_nats(world, request, survey));
  const bool is_private = std::any_of(nats.begin(), nats.end(), [&](const plan::FoundNat& each) {
    return each.bridge == *temporary.made_bridge;
  });
  for (plan::FoundNat& each : nats)
    if (is_private && !plan::foreign_port(each.ports, survey.taps))
      found.nats.push_back(std::move(each));
  return found;
}

/// Remove a temporary network; false if VMs still use it.
Result<bool> remove_unused(const World& world, const plan::Request& request,
                           const TemporaryNetwork& temporary) {
  TRY(auto survey, survey_after_vm(world, request.scope));
  if (is_in_use(survey, request.scope))
    return false;
  TRY(auto bridges, find_bridges(world, request, temporary, survey));
  survey.network.bridge = std::move(bridges.bridge);
  if (!temporary.made_switch)
    survey.network.vde_switch = Switch{};
  if (!temporary.made_tap)
    survey.taps.clear();
  const plan::Removal removal{.force = true, .bridge = survey.network.bridge.has_value()};
  TRY(auto plan, plan::make_removal_plan(request.scope, removal, survey.network, survey.taps, bridges.nats));
  engine::Journal journal = world.journal();
  TRY(engine::apply(plan, world.host, journal));
  return true;
}

} // namespace

std::string TemporaryNetwork::text() const {
  std::string made = made_switch ? "switch" : "";
  if (made_tap)
    made += made.empty() ? "tap" : ",tap";
  if (made_bridge)
    made += fmt::format("{}{}{}", made.empty() ? "" : ",", k_bridge_key, made_bridge->str());
  return fmt::format("{}{}{}{}{}{}\n", k_pid_key, process.pid, k_start_key, process.start_time, k_made_key,
                     made);
}

std::optional<TemporaryNetwork> TemporaryNetwork::parse(std::string_view note) {
  TemporaryNetwork temporary;
  if (note.ends_with('\n'))
    note.remove_suffix(1);
  const auto take = [&note](std::string_view key, auto& value) {
    const auto number =
        take_prefix(note, key) ? take_number<std::decay_t<decltype(value)>>(note) : std::nullopt;
    value = number.value_or(0);
    return number.has_value();
  };
  const bool is_read = take(k_pid_key, temporary.process.pid) &&
                       take(k_start_key, temporary.process.start_time) && take_prefix(note, k_made_key) &&
                       read_made(note, temporary);
  return is_read ? std::optional{std::move(temporary)} : std::nullopt;
}

TemporaryNetwork TemporaryNetwork::made_by(const Plan& plan) {
  TemporaryNetwork temporary{.process = process::this_process()};
  for (const PlannedStep& planned : plan) {
    if (const auto* step = std::get_if<SwitchStep>(&planned.step))
      temporary.made_switch = temporary.made_switch || std::holds_alternative<StartSwitch>(*step);
    const auto* link_step = std::get_if<LinkStep>(&planned.step);
    if (link_step == nullptr)
      continue;
    temporary.made_tap = temporary.made_tap || std::holds_alternative<CreateTap>(*link_step);
    if (const auto* bridge = std::get_if<CreateBridge>(link_step))
      temporary.made_bridge = bridge->name;
  }
  return temporary;
}

Result<> begin_temporary(vde::SwitchLock& lock, const Plan& plan) {
  TemporaryNetwork temporary = TemporaryNetwork::made_by(plan);
  if (const auto earlier = TemporaryNetwork::parse(lock.read_note())) {
    temporary.made_switch = temporary.made_switch || earlier->made_switch;
    temporary.made_tap = temporary.made_tap || earlier->made_tap;
    if (!temporary.made_bridge)
      temporary.made_bridge = earlier->made_bridge;
  }
  return lock.write_note(temporary.text());
}

Result<> end_temporary(const World& world, const plan::Request& request) {
  TRY(auto lock, lock_switch(request.scope));
  auto temporary = TemporaryNetwork::parse(lock.read_note());
  const bool is_ours = temporary && temporary->process == process::this_process();
  if (!temporary || (!is_ours && process::is_running(temporary->process)))
    return ok();
  if (::geteuid() != request.scope.owner.uid)
    temporary->made_bridge.reset();
  TRY(auto is_removed, remove_unused(world, request, *temporary));
  if (!is_removed)
    return ok();
  TRY(lock.write_note({}));
  release_unused(std::move(lock), request.scope);
  return ok();
}

void remove_stale_temporary(const World& world, const plan::Request& request) {
  const auto temporary = TemporaryNetwork::parse(vde::SwitchLock::peek_note(request.scope));
  if (!temporary || process::is_running(temporary->process))
    return;
  auto cleared = end_temporary(world, request);
  if (cleared)
    world.log.debug(fmt::format("looked after what process {} had left", temporary->process.pid));
  else
    world.log.warn(fmt::format("cannot clear what process {} has left: {}", temporary->process.pid,
                               cleared.error().message()));
}

Result<> make_permanent(vde::SwitchLock& lock) {
  if (lock.read_note().empty())
    return ok();
  return lock.write_note({});
}

} // namespace vdeup::network
