#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/keeper.hpp"
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

/// One part of the network, and what became of it.
struct Part {
  std::string kind;
  std::string name;
  Fate fate = Fate::reused;
};

std::vector<Part> parts_of(const Scope& scope, const Ensured& done) {
  std::vector<Part> parts;
  if (done.network.bridge)
    parts.push_back({"bridge", done.network.bridge->name.str(), bridge_fate(done)});
  parts.push_back({"tap", done.network.tap->name.str(), tap_fate(done)});
  parts.push_back({"switch", scope.sockets.dir.str(), switch_fate(done)});
  return parts;
}

void explain_bridge(const Ensured& done, const Log& log) {
  if (!done.network.bridge || done.bridge_reason.empty())
    return;
  std::string text = fmt::format("bridge {}: {}", done.network.bridge->name.str(), done.bridge_reason);
  if (bridge_fate(done) == Fate::created)
    text += ". It has no port to the outside: VMs reach each other and this host\n"
            "  hint: give it an address (`ip address add`), or choose a bridge with a NIC with -b";
  log.info(text);
}

void print_parts(const Scope& scope, const Ensured& done, bool terse) {
  for (const Part& part : parts_of(scope, done))
    if (terse)
      print_row({part.kind, part.name, std::string{fate_text(part.fate)}});
    else
      fmt::print("{:<6} {:<26} {}\n", part.kind, part.name, fate_text(part.fate));
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

void report(const Context& context, const Scope& scope, const Ensured& done) {
  if (context.call.json)
    return print_json(json_of(scope, done));
  if (context.call.dry_run)
    return context.call.terse ? print_plan_rows(done.plan) : print_plan(done.plan);
  if (!context.call.terse)
    explain_bridge(done, context.log);
  print_parts(scope, done, context.call.terse);
}

} // namespace

Result<int> create_command(const Context& context) {
  const bool only_looks = context.call.dry_run;
  TRY(auto request, make_request(context.call, context.files));
  request.fresh_tap = kernel::KernelHost::may_make_devices();
  TRY(auto wiring, Wiring::connect(context.log));
  std::optional<vde::SwitchLock> lock;
  if (!only_looks) { // a look does not need the right to change
    TRY(auto acquired, lock_switch(request.scope));
    lock = std::move(acquired);
    TRY(stop_keeping(*lock)); // whoever made it for one VM: from here on somebody wants it to stay
  }
  auto outcome = ensure(wiring, request, only_looks);
  if (!outcome) {
    if (lock)
      release_unused(std::move(*lock), request.scope);
    return fail(std::move(outcome).error());
  }
  report(context, request.scope, outcome.value());
  return 0;
}

} // namespace vdeup::cli
