#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/output.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

/// What became of one part of the network, told from the steps that touched it.
enum class Fate { reused, repaired, created };

std::string_view fate_text(Fate fate) {
  switch (fate) {
  case Fate::reused:
    return "reused";
  case Fate::repaired:
    return "repaired";
  case Fate::created:
    break;
  }
  return "created";
}

template <class WantedStep>
bool has(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const PlannedStep& planned) {
    const auto matches = [](const auto& variant) { return std::holds_alternative<WantedStep>(variant); };
    if constexpr (std::is_constructible_v<LinkStep, WantedStep>)
      return std::holds_alternative<LinkStep>(planned.step) && matches(std::get<LinkStep>(planned.step));
    else
      return std::holds_alternative<SwitchStep>(planned.step) && matches(std::get<SwitchStep>(planned.step));
  });
}

bool changes(const Plan& plan, const IfName& name) {
  const auto touches = [&name](const PlannedStep& planned) {
    const auto* step = std::get_if<LinkStep>(&planned.step);
    if (step == nullptr)
      return false;
    if (const auto* up = std::get_if<SetUp>(step))
      return up->name == name;
    if (const auto* bridge = std::get_if<SetBridge>(step))
      return bridge->port == name;
    const auto* mark = std::get_if<MarkBridge>(step);
    return mark != nullptr && mark->name == name;
  };
  return std::any_of(plan.begin(), plan.end(), touches);
}

Fate bridge_fate(const Ensured& done) {
  if (has<CreateBridge>(done.plan))
    return Fate::created;
  return changes(done.plan, done.network.bridge->name) ? Fate::repaired : Fate::reused;
}

Fate tap_fate(const Ensured& done) {
  if (has<CreateTap>(done.plan))
    return Fate::created;
  return changes(done.plan, done.network.tap->name) ? Fate::repaired : Fate::reused;
}

Fate switch_fate(const Ensured& done) {
  return has<StartSwitch>(done.plan) ? Fate::created : Fate::reused;
}

void print_for_people(const Scope& scope, const Ensured& done) {
  const Network& network = done.network;
  if (network.bridge) {
    const Fate fate = bridge_fate(done);
    fmt::print("bridge {:<26} {}\n", network.bridge->name.str(), fate_text(fate));
    if (!done.bridge_reason.empty())
      fmt::print(stderr, "vdeup: bridge {}: {}{}\n", network.bridge->name.str(), done.bridge_reason,
                 fate == Fate::created
                     ? ". It has no port to the outside: VMs reach each other and this host\n"
                       "  hint: give it an address (`ip address add`), or choose a bridge "
                       "with a NIC with -b"
                     : "");
  }
  fmt::print("tap    {:<26} {}\n", network.tap->name.str(), fate_text(tap_fate(done)));
  fmt::print("switch {:<26} {}\n", scope.sockets.dir.str(), fate_text(switch_fate(done)));
}

boost::json::object json_of(const Scope& scope, const Ensured& done) {
  auto answer = json_answer("create");
  answer["network"] = to_json(scope, done.network);
  answer["bridge_reason"] = done.bridge_reason;
  answer["result"] = boost::json::object{
      {"bridge", done.network.bridge ? fate_text(bridge_fate(done)) : "none"},
      {"tap", fate_text(tap_fate(done))},
      {"switch", fate_text(switch_fate(done))},
  };
  answer["plan"] = to_json(done.plan);
  return answer;
}

} // namespace

Result<int> create_command(const Invocation& call) {
  TRY(auto request, make_request(call));
  TRY(auto wiring, Wiring::connect());
  std::optional<vde::SwitchLock> lock;
  if (!call.dry_run) { // a look does not need the right to change
    TRY(auto acquired, lock_switch(request.scope));
    lock = std::move(acquired);
  }
  auto outcome = ensure(wiring, request, call.dry_run);
  if (!outcome) {
    if (lock)
      release_unused(std::move(*lock), request.scope);
    return fail(std::move(outcome).error());
  }
  const Ensured& done = outcome.value();
  if (call.json)
    print_json(json_of(request.scope, done));
  else if (call.dry_run)
    print_plan(done.plan);
  else
    print_for_people(request.scope, done);
  return 0;
}

} // namespace vdeup::cli
