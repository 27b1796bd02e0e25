#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "engine/apply.hpp"
#include "network/ensure.hpp"
#include "network/lock.hpp"
#include "network/manager_marks.hpp"
#include "network/nat_uplink.hpp"
#include "network/temporary.hpp"
#include "plan/removal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

/// Put the NIC, which has the bridge's address, behind the other ports: what is in the way is those.
void put_nic_last(Bridge& bridge, const std::vector<Link>& links) {
  std::stable_partition(bridge.ports.begin(), bridge.ports.end(), [&](const std::string& port) {
    return std::none_of(links.begin(), links.end(), [&](const Link& link) {
      return link.name == port && link.mac == bridge.mac && !link.is_tap;
    });
  });
}

/// The bridge that `--bridge` means: the one asked for, the one that the TAP is on, or the default one.
Result<std::optional<Bridge>> bridge_to_remove(const Wiring& wiring, const plan::Request& request,
                                               const engine::Survey& survey) {
  std::optional<IfName> name = request.bridge;
  if (!name && survey.network.tap)
    name = survey.network.tap->bridge;
  if (!name) {
    TRY(auto fallback, IfName::parse(plan::k_default_bridge));
    name = std::move(fallback);
  }
  TRY(auto bridge, engine::find_bridge(*name, survey.links, wiring.world().host_seed));
  if (bridge)
    put_nic_last(*bridge, survey.links);
  return bridge;
}

Result<> check_gone(const Wiring& wiring, const plan::Request& request) {
  TRY(auto after, wiring.world().survey(request.scope));
  using Life = Switch::Life;
  const Life life = after.network.vde_switch.life;
  if (life == Life::alive || life == Life::mute || !after.taps.empty() || !after.private_bridges.empty())
    return fail(
        Error{ErrorKind::failed, "the network is still there", "somebody made it again meanwhile", {}});
  return ok();
}

/// A switch that has lost its sockets and its TAP goes on running, and nothing leads to it any more. cancel
/// clears whatever part is left, so it looks for the process itself.
Result<> find_bare_process(const Wiring& wiring, const Scope& scope, Switch& vde_switch) {
  if (vde_switch.life != Switch::Life::absent && vde_switch.life != Switch::Life::dead)
    return ok();
  TRY(auto pid, wiring.world().host.switches.find_orphan(scope));
  if (pid)
    vde_switch = Switch{.life = Switch::Life::mute, .pid = *pid, .uid = scope.owner.uid};
  return ok();
}

/// Say why a bridge that was to go is not in the plan.
void explain_kept_bridge(const Network& network, const Log& log) {
  if (!network.bridge)
    log.info("there is no bridge to remove");
  else if (!network.bridge->is_ours && !network.bridge->is_half_made && !network.bridge->nat)
    log.info(fmt::format("bridge {} was not made by vdeup, and stays", network.bridge->name.str()));
}

/// A TAP without the mark of vdeup stays.
void explain_kept_tap(const Network& network, const Log& log) {
  if (network.tap && !network.tap->mark)
    log.info(fmt::format("{0} was not made by vdeup, and stays; `ip link delete {0}` removes it",
                         network.tap->name.str()));
}

void report_plan(const Invocation& call, const plan::Request& request, const Plan& plan) {
  if (call.terse) {
    print_plan_rows(plan);
    return;
  }
  if (call.json) {
    auto answer = json_answer("cancel");
    answer["switch"] = request.scope.sockets.dir.str();
    answer["plan"] = to_json(plan);
    print_json(answer);
    return;
  }
  for (const PlannedStep& planned : plan)
    fmt::print("{}\n", describe(planned.step));
  if (plan.empty())
    fmt::print("nothing to cancel\n");
}

std::vector<std::string> names_of(const std::vector<Tap>& taps) {
  std::vector<std::string> names;
  for (const Tap& tap : taps)
    if (tap.mark)
      names.push_back(tap.name.str());
  return names;
}

/// The NIC that is in the bridge to remove.
std::optional<IfName> nic_in_bridge(const engine::Survey& survey) {
  const auto& bridge = survey.network.bridge;
  return bridge && bridge->is_ours ? nicmove::nic_in(*bridge, survey.links, names_of(survey.taps))
                                   : std::nullopt;
}

/// Plan to move the NIC out of the bridge, before anything is removed. Unless it is a dry run, no other call
/// moves that NIC from here on.
Result<std::optional<PlannedMove>> plan_move_out(MoveClient& mover, const Context& context,
                                                 const Wiring& wiring, const plan::Request& request,
                                                 engine::Survey& survey) {
  auto nic = nic_in_bridge(survey);
  if (nic && !context.call.dry_run && !mover.is_by_helper()) {
    TRY(mover.lock());
    TRY(survey.links, wiring.world().host.links.links());
    TRY(survey.network.bridge, bridge_to_remove(wiring, request, survey));
    nic = nic_in_bridge(survey);
  }
  if (!nic)
    return std::optional<PlannedMove>{};
  TRY(auto move, mover.plan_out(survey.network.bridge->name, *nic, names_of(survey.taps)));
  return std::optional{std::move(move)};
}

/// The steps of cancel, and the move of the NIC out of the bridge, which comes last.
struct Cancellation {
  Plan plan;
  std::optional<PlannedMove> move{};
};

/// Plan the removal of a switch, and carry it out unless it is only rehearsed. `with_bridge`: the bridge,
/// too.
Result<Plan> remove_network(const Context& context, const Wiring& wiring, const plan::Request& request,
                            const engine::Survey& survey, bool with_bridge) {
  const plan::Removal removal{.force = request.force, .bridge = with_bridge};
  TRY(auto nats, network::find_nats(wiring.world(), request, survey));
  TRY(auto plan, plan::make_removal_plan(request.scope, removal, survey.network, survey.taps, nats));
  if (context.call.dry_run)
    return plan;
  engine::Journal journal = wiring.world().journal();
  TRY(engine::apply(plan, wiring.world().host, journal, [&] { return check_gone(wiring, request); }));
  network::unmark_deleted_devices(plan, wiring.world().log);
  return plan;
}

Result<Cancellation> remove_with_bridge(const Context& context, const Wiring& wiring,
                                        const plan::Request& request, engine::Survey survey) {
  TRY(survey.network.bridge, bridge_to_remove(wiring, request, survey));
  explain_kept_bridge(survey.network, wiring.world().log);
  TRY(auto mover, MoveClient::open(context, wiring));
  TRY(auto move, plan_move_out(mover, context, wiring, request, survey));
  TRY(auto plan, remove_network(context, wiring, request, survey, !move));
  if (move && !context.call.dry_run) {
    TRY(mover.make(*move));
  }
  return Cancellation{std::move(plan), std::move(move)};
}

Result<Cancellation> remove(const Context& context, const Wiring& wiring, const plan::Request& request) {
  TRY(auto survey, wiring.world().survey(request.scope));
  TRY(find_bare_process(wiring, request.scope, survey.network.vde_switch));
  explain_kept_tap(survey.network, wiring.world().log);
  if (context.call.remove_bridge)
    return remove_with_bridge(context, wiring, request, std::move(survey));
  TRY(auto plan, remove_network(context, wiring, request, survey, false));
  return Cancellation{std::move(plan), {}};
}

void report_cancellation(const Context& context, const plan::Request& request, const Cancellation& done) {
  const auto& move = done.move;
  // The many steps of a move are for a dry run and for programs.
  const bool is_brief = move && !context.call.dry_run && !context.call.json && !context.call.terse;
  Plan plan = done.plan;
  if (move && !is_brief) {
    const Plan steps = move->plan();
    plan.insert(plan.end(), steps.begin(), steps.end());
  }
  if (!is_brief || !plan.empty())
    report_plan(context.call, request, plan);
  if (is_brief)
    fmt::print("give what {0} had back to {1}, and delete {0}\n", move->bridge.str(), move->nic.str());
}

} // namespace

Result<int> cancel_command(const Context& context) {
  const Invocation& call = context.call;
  TRY(auto request, make_request(call, context.files));
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation));
  TRY(recover_moves(context, wiring));
  std::optional<vde::SwitchLock> lock;
  if (!call.dry_run) { // a rehearsal shows what a killed supervisor has left, and leaves it
    network::remove_stale_temporary(wiring.world(), request);
    TRY(auto acquired, network::lock_switch(request.scope));
    lock = std::move(acquired);
  }
  auto cancellation = remove(context, wiring, request);
  if (lock)
    network::release_unused(std::move(*lock), request.scope);
  if (!cancellation) {
    Error error = std::move(cancellation).error();
    if (error.kind() == ErrorKind::not_permitted && error.hints().empty())
      error.set_hints(fmt::format("run `{}`, which takes what is left", request.command("cancel", true)));
    return fail(std::move(error));
  }
  report_cancellation(context, request, cancellation.value());
  return 0;
}

} // namespace vdeup::cli
