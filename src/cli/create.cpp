#include "cli/commands.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "cli/persist.hpp"
#include "kernel/kernel_host.hpp"
#include "model/interpret.hpp"
#include "network/ensure.hpp"
#include "network/lock.hpp"
#include "network/settle_uplink.hpp"
#include "network/temporary.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

using network::Ensured;

/// What became of one part of the network, told from the steps that touched it.
enum class Outcome { reused, repaired, created };

std::string_view outcome_text(Outcome outcome) {
  switch (outcome) {
  case Outcome::reused:
    return "reused";
  case Outcome::repaired:
    return "repaired";
  case Outcome::created:
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

Outcome bridge_outcome(const Ensured& done) {
  if (has<CreateBridge>(done.plan))
    return Outcome::created;
  return changes(done.plan, done.network.bridge->name) ? Outcome::repaired : Outcome::reused;
}

Outcome tap_outcome(const Ensured& done) {
  if (has<CreateTap>(done.plan))
    return Outcome::created;
  return changes(done.plan, done.network.tap->name) ? Outcome::repaired : Outcome::reused;
}

/// What joins a switch to the outside beside its TAP: user-mode NAT, or that of this host.
std::optional<UplinkKind> uplink_part(const Network& network) {
  if (network.vde_switch.slirp)
    return UplinkKind::slirp;
  return network.nat ? std::optional{UplinkKind::nat} : std::nullopt;
}

Outcome uplink_outcome(const Ensured& done) {
  if (has<StartUplink>(done.plan) || (has<AddPrivateNetwork>(done.plan) && has<CreateBridge>(done.plan)))
    return Outcome::created;
  return has<AddPrivateNetwork>(done.plan) || has<StartDnsmasq>(done.plan) ? Outcome::repaired
                                                                           : Outcome::reused;
}

Outcome switch_outcome(const Ensured& done) {
  return has<StartSwitch>(done.plan) ? Outcome::created : Outcome::reused;
}

/// One part of the network, and what became of it.
struct Part {
  std::string kind;
  std::string name;
  Outcome outcome = Outcome::reused;
};

std::vector<Part> parts_of(const Scope& scope, const Ensured& done) {
  std::vector<Part> parts;
  if (done.network.bridge)
    parts.push_back({"bridge", done.network.bridge->name.str(), bridge_outcome(done)});
  if (done.network.tap)
    parts.push_back({"tap", done.network.tap->name.str(), tap_outcome(done)});
  parts.push_back({"switch", scope.sockets.dir.str(), switch_outcome(done)});
  if (const auto uplink = uplink_part(done.network))
    parts.push_back({"uplink", std::string{word_for(*uplink)}, uplink_outcome(done)});
  return parts;
}

void explain_bridge(const Ensured& done, const std::optional<ProposedMove>& moved, const Log& log) {
  if (!done.network.bridge || done.network.nat || done.bridge_reason.empty())
    return;
  std::string text = fmt::format("bridge {}: {}", done.network.bridge->name.str(), done.bridge_reason);
  Hints hints;
  if (moved) {
    text += fmt::format(". {} is in it: {}", moved->move.nic.str(), moved->reason);
    hints.add("`vdeup cancel --bridge` gives it back");
  } else if (bridge_outcome(done) == Outcome::created) {
    text += ". It has no port to the outside: VMs reach each other and this host";
    hints.add("give it an address (`ip address add`), or choose a bridge with a NIC with -b");
  }
  log.info(text, hints);
}

void print_parts(const Scope& scope, const Ensured& done, bool terse) {
  for (const Part& part : parts_of(scope, done))
    if (terse)
      print_row({part.kind, part.name, std::string{outcome_text(part.outcome)}});
    else
      fmt::print("{:<6} {:<26} {}\n", part.kind, part.name, outcome_text(part.outcome));
}

boost::json::object json_of(const Scope& scope, const Ensured& done) {
  auto answer = json_answer("create");
  answer["network"] = to_json(scope, done.network);
  answer["bridge_reason"] = done.bridge_reason;
  answer["uplink_reason"] = done.uplink_reason;
  answer["result"] = boost::json::object{
      {"bridge", done.network.bridge ? outcome_text(bridge_outcome(done)) : "none"},
      {"tap", done.network.tap ? outcome_text(tap_outcome(done)) : "none"},
      {"switch", outcome_text(switch_outcome(done))},
      {"uplink", uplink_part(done.network) ? outcome_text(uplink_outcome(done)) : "none"},
  };
  answer["plan"] = to_json(done.plan);
  return answer;
}

void report(const Context& context, const Scope& scope, const Ensured& done,
            const std::optional<ProposedMove>& moved) {
  if (context.call.json)
    return print_json(json_of(scope, done));
  if (!context.call.terse)
    network::explain_uplink(done, context.log);
  if (context.call.dry_run)
    return context.call.terse ? print_plan_rows(done.plan) : print_plan(done.plan);
  if (!context.call.terse)
    explain_bridge(done, moved, context.log);
  print_parts(scope, done, context.call.terse);
}

/// Put the plan of a move in front of the one of all else, where it takes the place of a bridge without a
/// NIC.
void put_in_front(const ProposedMove& move, Ensured& done) {
  const auto makes_bare_bridge = [&move](const PlannedStep& planned) {
    const auto* step = std::get_if<LinkStep>(&planned.step);
    if (step == nullptr)
      return false;
    const auto* creation = std::get_if<CreateBridge>(step);
    const auto* up = std::get_if<SetUp>(step);
    return (creation != nullptr && creation->name == move.move.bridge) ||
           (up != nullptr && up->name == move.move.bridge);
  };
  std::erase_if(done.plan, makes_bare_bridge);
  done.plan.insert(done.plan.begin(), move.plan.begin(), move.plan.end());
}

/// True if a NIC can be wanted: by who asks for a bridge, and not for one without a NIC.
bool may_want_nic(const plan::Request& request) {
  return !request.without_nic && request.uplink == UplinkKind::bridge;
}

/// The move that a request comes to.
Result<std::optional<ProposedMove>> propose(const MoveClient& mover, const Wiring& wiring,
                                            const plan::Request& request) {
  TRY(auto situation, network::observe_situation(wiring.world(), request, {}));
  return mover.propose_in(request, *situation.choice);
}

/// Make the move that a request comes to, if it still comes to one when nobody else can make it.
Result<std::optional<ProposedMove>> move_nic(MoveClient& mover, const Wiring& wiring,
                                             const plan::Request& request, ProposedMove proposed) {
  std::optional<ProposedMove> move = std::move(proposed);
  if (!mover.is_by_helper()) {
    TRY(mover.begin());
    TRY(move, propose(mover, wiring, request));
  }
  auto made = move ? mover.make(*move) : ok();
  if (!made && made.error().kind() == ErrorKind::conflict && mover.is_by_helper()) {
    TRY(auto again, propose(mover, wiring, request));
    if (!again) // somebody else was faster, and the bridge is there
      return again;
  }
  if (!made)
    return fail(std::move(made).error());
  return move;
}

/// Say what can be had without a NIC, to who may not have one moved.
Error with_nic_hint(Error error, const plan::Request& request) {
  const bool is_forbidden = error.kind() == ErrorKind::refused || error.kind() == ErrorKind::not_permitted;
  if (is_forbidden && !request.by_root && !request.interface)
    error.add_hint("`-i none` makes the bridge without a NIC");
  return error;
}

/// Give back a NIC that was moved for a network that could not be made.
Error after_giving_back(Error error, MoveClient& mover, const Wiring& wiring, const ProposedMove& moved) {
  const auto give_back = [&]() -> Result<> {
    TRY(auto link, wiring.world().host.links.link(moved.move.bridge));
    if (!link)
      return ok();
    TRY(auto back, mover.propose_out(moved.move.bridge, moved.move.nic, {}));
    return mover.roll_back(std::move(back));
  };
  if (const auto given = give_back(); !given)
    error.add_hint(fmt::format("{} stays in {} ({}); `vdeup undo` gives it back", moved.move.nic.str(),
                               moved.move.bridge.str(), given.error().message()));
  return error;
}

/// Make the network, with a NIC in its bridge if it comes to that.
struct Created {
  Ensured done;
  std::optional<ProposedMove> moved;
};

/// The same where a bridge is to be made. `draft` is what would be done without a NIC.
Result<Created> create_with_nic(const Context& context, const Wiring& wiring, const plan::Request& request,
                                network::Draft draft) {
  TRY(auto mover, MoveClient::open(context, wiring));
  TRY(auto move, mover.propose_in(request, *draft.situation.choice));
  Ensured rehearsal = draft.rehearsed();
  if (context.call.dry_run) {
    if (move)
      put_in_front(*move, rehearsal);
    return Created{std::move(rehearsal), std::move(move)};
  }
  if (move) {
    auto made = move_nic(mover, wiring, request, *std::move(move));
    if (!made)
      return fail(with_nic_hint(network::with_privilege_hint(std::move(made).error(), request), request));
    move = std::move(made).value();
  }
  const bool is_unchanged = !move;
  auto done = network::ensure(wiring.world(), request,
                              {.draft = is_unchanged ? std::optional{std::move(draft)} : std::nullopt});
  if (!done)
    return fail(move ? after_giving_back(std::move(done).error(), mover, wiring, *move)
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
  TRY(auto wish, privilege_wish(context));
  TRY(auto wiring, Wiring::connect(context.log, wish));
  TRY(auto situation, network::observe_situation(wiring.world(), request, {}));
  return print_configuration(context, wiring, request, *situation.choice);
}

} // namespace

Result<int> create_command(const Context& context) {
  TRY(auto request, make_request(context.call, context.files));
  request.fresh_tap = kernel::KernelHost::may_make_devices();
  if (context.call.move.persist)
    return print_persistent(context, request);
  TRY(auto wish, privilege_wish(context));
  TRY(auto wiring, Wiring::connect(context.log, wish, Wiring::Looks::thorough));
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
  report(context, request.scope, outcome.value().done, outcome.value().moved);
  return 0;
}

} // namespace vdeup::cli
