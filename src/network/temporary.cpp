#include "network/temporary.hpp"

#include "base/deadline.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "engine/apply.hpp"
#include "model/interpret.hpp"
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

constexpr std::string_view k_pid_key = "keeper pid=";
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

/// True if a bridge has come to serve somebody else than this network.
bool is_shared(const std::vector<std::string>& ports, const std::vector<Tap>& taps) {
  return std::any_of(ports.begin(), ports.end(), [&taps](const std::string& port) {
    return std::none_of(taps.begin(), taps.end(), [&port](const Tap& tap) { return tap.name.str() == port; });
  });
}

/// The bridge that was made, unless it is shared.
Result<std::optional<Bridge>> bridge_to_go(const World& world, const TemporaryNetwork& temporary,
                                           const engine::Survey& survey) {
  if (!temporary.made_bridge)
    return std::optional<Bridge>{};
  const auto link = std::find_if(survey.links.begin(), survey.links.end(), [&](const Link& candidate) {
    return candidate.is_bridge() && candidate.name == temporary.made_bridge->str();
  });
  if (link == survey.links.end())
    return std::optional<Bridge>{};
  TRY(auto bridge, to_bridge(*link, survey.links, world.host_seed));
  return is_shared(bridge.ports, survey.taps) ? std::optional<Bridge>{} : std::optional{std::move(bridge)};
}

/// If that bridge is, or was, a private network's: all of it, under whatever name it is by now.
Result<std::vector<plan::PrivateRemains>> private_remains_to_go(const World& world,
                                                                const plan::Request& request,
                                                                const TemporaryNetwork& temporary,
                                                                const engine::Survey& survey) {
  if (!temporary.made_bridge)
    return std::vector<plan::PrivateRemains>{};
  TRY(auto remains, find_remains(world, request, survey));
  const bool is_private = std::any_of(remains.begin(), remains.end(), [&](const auto& each) {
    return each.bridge == *temporary.made_bridge;
  });
  const auto stays = [&](const plan::PrivateRemains& each) {
    return !is_private || is_shared(each.ports, survey.taps);
  };
  remains.erase(std::remove_if(remains.begin(), remains.end(), stays), remains.end());
  return remains;
}

/// Remove a temporary network; false if VMs still use it.
Result<bool> take_down(const World& world, const plan::Request& request, const TemporaryNetwork& temporary) {
  TRY(auto survey, survey_after_vm(world, request.scope));
  if (is_in_use(survey, request.scope))
    return false;
  TRY(survey.network.bridge, bridge_to_go(world, temporary, survey));
  TRY(auto remains, private_remains_to_go(world, request, temporary, survey));
  if (!temporary.made_switch)
    survey.network.vde_switch = Switch{};
  if (!temporary.made_tap)
    survey.taps.clear();
  const plan::Removal removal{.force = true, .bridge = survey.network.bridge.has_value()};
  TRY(auto plan, plan::make_removal_plan(request.scope, removal, survey.network, survey.taps, remains));
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
  TRY(auto is_down, take_down(world, request, *temporary));
  if (!is_down)
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
