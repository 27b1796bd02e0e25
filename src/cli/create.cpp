#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "cli/persist.hpp"
#include "kernel/kernel_host.hpp"
#include "model/interpret.hpp"
#include "network/ensure.hpp"
#include "network/lock.hpp"
#include "network/settle_uplink.hpp"
#include "network/temporary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

using network::Ensured;

// What was done to one part of the network, according to the steps of the plan.
constexpr std::string_view k_reused = "reused";
constexpr std::string_view k_repaired = "repaired";
constexpr std::string_view k_created = "created";

/// The network that was made, with the move of a NIC into its bridge.
struct Created {
  Ensured done;
  std::optional<PlannedMove> moved{};
};

template <class WantedStep>
bool has(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const PlannedStep& planned) {
    const auto matches = [](const auto& variant) { return std::holds_alternative<WantedStep>(variant); };
    if constexpr (std::is_constructible_v<LinkStep, WantedStep>)
      return std::holds_alternative<LinkStep>(planned.step) && matches(std::get<LinkStep>(planned.step));
    else if constexpr (std::is_constructible_v<NatStep, WantedStep>)
      return std::holds_alternative<NatStep>(planned.step) && matches(std::get<NatStep>(planned.step));
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

std::string_view bridge_outcome(const Created& created) {
  const Ensured& done = created.done;
  if (created.moved || has<CreateBridge>(done.plan))
    return k_created;
  return changes(done.plan, done.network.bridge->name) ? k_repaired : k_reused;
}

std::string_view tap_outcome(const Ensured& done) {
  if (has<CreateTap>(done.plan))
    return k_created;
  return changes(done.plan, done.network.tap->name) ? k_repaired : k_reused;
}

/// What joins a switch to the outside beside its TAP: user-mode NAT, or that of this host.
std::optional<UplinkKind> uplink_part(const Network& network) {
  if (network.vde_switch.slirp)
    return UplinkKind::slirp;
  return network.nat ? std::optional{UplinkKind::nat} : std::nullopt;
}

std::string_view uplink_outcome(const Ensured& done) {
  if (has<StartUplink>(done.plan) || (has<AddPrivateNetwork>(done.plan) && has<CreateBridge>(done.plan)))
    return k_created;
  return has<AddPrivateNetwork>(done.plan) || has<StartDnsmasq>(done.plan) ? k_repaired : k_reused;
}

std::string_view switch_outcome(const Ensured& done) {
  return has<StartSwitch>(done.plan) ? k_created : k_reused;
}

/// One part of the network, and what was done to it.
struct Part {
  std::string kind;
  std::string name;
  std::string_view outcome;
};

std::vector<Part> parts_of(const Scope& scope, const Created& created) {
  const Ensured& done = created.done;
  std::vector<Part> parts;
  if (done.network.bridge)
    parts.push_back({"bridge", done.network.bridge->name.str(), bridge_outcome(created)});
  if (done.network.tap)
    parts.push_back({"tap", done.network.tap->name.str(), tap_outcome(done)});
  parts.push_back({"switch", scope.sockets.dir.str(), switch_outcome(done)});
  if (const auto uplink = uplink_part(done.network))
    parts.push_back({"uplink", std::string{word_for(*uplink)}, uplink_outcome(done)});
  return parts;
}

void explain_bridge(const Created& created, const Log& log) {
  const auto& [done, moved] = created;
  if (!done.network.bridge || done.network.nat || done.bridge_reason.empty())
    return;
  std::string text = fmt::format("bridge {}: {}", done.network.bridge->name.str(), done.bridge_reason);
  Hints hints;
  if (moved) {
    text += fmt::format(". {} is in it: {}", moved->nic.str(), moved->reason);
    hints.add("`vdeup cancel --bridge` gives it back");
  } else if (bridge_outcome(created) == k_created) {
    text += ". It has no port to the outside: VMs reach each other and this host";
    hints.add("give it an address (`ip address add`), or choose a bridge with a NIC with -b");
  }
  log.info(text, hints);
}

void print_parts(const Scope& scope, const Created& created, bool terse) {
  for (const Part& part : parts_of(scope, created))
    if (terse)
      print_row({part.kind, part.name, std::string{part.outcome}});
    else
      fmt::print("{:<6} {:<26} {}\n", part.kind, part.name, part.outcome);
}

boost::json::object json_of(const Scope& scope, const Created& created) {
  const Ensured& done = created.done;
  auto answer = json_answer("create");
  answer["network"] = to_json(scope, done.network);
  answer["bridge_reason"] = done.bridge_reason;
  answer["uplink_reason"] = done.uplink_reason;
  answer["result"] = boost::json::object{
      {"bridge", done.network.bridge ? bridge_outcome(created) : "none"},
      {"tap", done.network.tap ? tap_outcome(done) : "none"},
      {"switch", switch_outcome(done)},
      {"uplink", uplink_part(done.network) ? uplink_outcome(done) : "none"},
  };
  answer["plan"] = to_json(done.plan);
  return answer;
}

void report(const Context& context, const Scope& scope, const Created& created) {
  const Ensured& done = created.done;
  if (context.call.json)
    return print_json(json_of(scope, created));
  if (!context.call.terse)
    network::explain_uplink(done, context.log);
  if (context.call.dry_run)
    return context.call.terse ? print_plan_rows(done.plan) : print_plan(done.plan);
  if (!context.call.terse)
    explain_bridge(created, context.log);
  print_parts(scope, created, context.call.terse);
}

/// Replace the steps for a bridge without a NIC with those of a move.
void put_in_front(const PlannedMove& move, Ensured& done) {
  const auto makes_bare_bridge = [&move](const PlannedStep& planned) {
    const auto* step = std::get_if<LinkStep>(&planned.step);
    if (step == nullptr)
      return false;
    const auto* creation = std::get_if<CreateBridge>(step);
    const auto* up = std::get_if<SetUp>(step);
    return (creation != nullptr && creation->name == move.bridge) ||
           (up != nullptr && up->name == move.bridge);
  };
  std::erase_if(done.plan, makes_bare_bridge);
  const Plan plan = move.plan();
  done.plan.insert(done.plan.begin(), plan.begin(), plan.end());
}

/// True if a NIC can be wanted: by who asks for a bridge, and not for one without a NIC.
bool may_want_nic(const plan::Request& request) {
  return !request.without_nic && request.uplink == UplinkKind::bridge;
}

/// Make a move. False if another call was faster and the bridge exists.
Result<bool> move_nic(MoveClient& mover, const Wiring& wiring, const plan::Request& request,
                      const PlannedMove& move) {
  auto made = mover.make(move);
  if (made)
    return true;
  if (made.error().kind() == ErrorKind::conflict) {
    TRY(auto situation, network::observe_situation(wiring.world(), request, {}));
    if (situation.choice->exists)
      return false;
  }
  return fail(std::move(made).error());
}

/// Say what can be had without a NIC, to who may not have one moved.
Error with_nic_hint(Error error, const plan::Request& request) {
  const bool is_forbidden = error.kind() == ErrorKind::refused || error.kind() == ErrorKind::not_permitted;
  if (is_forbidden && !request.by_root && !request.interface)
    error.add_hint("`-i none` makes the bridge without a NIC");
  return error;
}

/// Roll back the move of a NIC for a network that could not be made.
Error after_rollback(Error error, MoveClient& mover, const Wiring& wiring, const PlannedMove& moved) {
  const auto roll_back = [&]() -> Result<> {
    TRY(auto link, wiring.world().host.links.link(moved.bridge));
    return link ? mover.roll_back(moved) : ok();
  };
  if (const auto rolled_back = roll_back(); !rolled_back)
    error.add_hint(fmt::format("{} stays in {} ({}); `vdeup undo` gives it back", moved.nic.str(),
                               moved.bridge.str(), rolled_back.error().message()));
  return error;
}

/// Make the network with a new bridge, and move a NIC into it if wanted. `draft` is the plan without a NIC.
Result<Created> create_with_nic(const Context& context, const Wiring& wiring, const plan::Request& request,
                                network::Draft draft) {
  TRY(auto mover, MoveClient::open(context, wiring));
  TRY(auto move, mover.plan_in(request, draft.situation.choice->bridge.name));
  Ensured rehearsal = draft.rehearsed();
  if (context.call.dry_run) {
    if (move)
      put_in_front(*move, rehearsal);
    return Created{std::move(rehearsal), std::move(move)};
  }
  network::EnsureOptions options;
  if (!move) {
    options.draft = std::move(draft);
  } else {
    auto made = move_nic(mover, wiring, request, *move);
    if (!made)
      return fail(with_nic_hint(network::with_privilege_hint(std::move(made).error(), request), request));
    if (!made.value())
      move.reset();
  }
  auto done = network::ensure(wiring.world(), request, std::move(options));
  if (!done)
    return fail(move ? after_rollback(std::move(done).error(), mover, wiring, *move)
                     : std::move(done).error());
  if (move) { // for the report; the bridge was seen as one that exists
    done.value().bridge_reason = rehearsal.bridge_reason;
    put_in_front(*move, done.value());
  }
  return Created{std::move(done).value(), std::move(move)};
}

Result<Created> create(const Context& context, const Wiring& wiring, const plan::Request& request) {
  // Planned first: what is refused is refused before a NIC moves.
  TRY(auto draft, network::make_draft(wiring.world(), request));
  if (may_want_nic(request) && has<CreateBridge>(draft.plan))
    return create_with_nic(context, wiring, request, std::move(draft));
  TRY(auto done,
      network::ensure(wiring.world(), request, {.dry_run = context.call.dry_run, .draft = std::move(draft)}));
  return Created{std::move(done), {}};
}

Result<int> print_persistent(const Context& context, const plan::Request& request) {
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation));
  TRY(auto situation, network::observe_situation(wiring.world(), request, {}));
  return print_configuration(context, wiring, request, *situation.choice);
}

} // namespace

Result<int> create_command(const Context& context) {
  TRY(auto request, make_request(context.call, context.files));
  request.fresh_tap = kernel::KernelHost::may_make_devices();
  if (context.call.move.persist)
    return print_persistent(context, request);
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation, Wiring::Looks::thorough));
  TRY(recover_moves(context, wiring));
  std::optional<vde::SwitchLock> lock;
  if (!context.call.dry_run) { // a look does not need the right to change
    TRY(auto acquired, network::lock_switch(request.scope));
    lock = std::move(acquired);
    TRY(network::make_permanent(*lock)); // whoever made it for one VM: from here on somebody wants it to stay
  }
  auto outcome = create(context, wiring, request);
  if (!outcome) {
    if (lock)
      network::release_unused(std::move(*lock), request.scope);
    return fail(std::move(outcome).error());
  }
  report(context, request.scope, outcome.value());
  return 0;
}

} // namespace vdeup::cli
