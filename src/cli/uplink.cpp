#include "cli/uplink.hpp"

#include "engine/apply.hpp"
#include "plan/tapless.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

namespace vdeup::cli {
namespace {

constexpr int k_most_attempts = 5;

Error cannot_forward(const plan::Request& request, UplinkKind kind) {
  const std::string what = fmt::format("cannot forward {}", request.forwards.front().text());
  if (kind == UplinkKind::bridge)
    return Error{ErrorKind::refused, what, "the switch is on a bridge, where VMs have addresses of their own",
                 "reach the VM at its own address, or make another network with --uplink slirp"};
  return Error{ErrorKind::refused, what, "the switch is to have no uplink",
               "make another network with --uplink slirp"};
}

Result<plan::UplinkChoice> climb(const Wiring& wiring, const plan::Request& request) {
  TRY(auto survey, engine::survey(wiring.host(), request.scope, wiring.host_seed()));
  plan::UplinkFacts facts = plan::find_uplink_facts(request.scope, survey.links, survey.taps);
  if (!kernel::KernelHost::may_make_devices()) {
    const auto allowed = facts.bridge ? wiring.may_attach(*facts.bridge) : fail(Error{});
    const bool is_refused = !allowed && allowed.error().kind == ErrorKind::refused;
    if (!allowed)
      facts.no_devices = is_refused ? allowed.error().cause : "it takes CAP_NET_ADMIN";
  }
  facts.has_slirp = process::find_system_program("vde_plug").has_value();
  return plan::choose_uplink(facts);
}

Result<Ensured> plan_and_apply(const Wiring& wiring, const plan::Request& request, UplinkKind kind,
                               bool dry_run, const OnPlan& on_plan) {
  const auto look = [&] { return engine::survey(wiring.host(), request.scope, wiring.host_seed()); };
  TRY(auto survey, look());
  const Network desired = plan::desire_tapless(request, kind, survey.network);
  TRY(auto plan, plan::make_tapless_plan(request, desired, survey.network));
  TRY(wiring.host().switches.check_host_ports(request.scope, plan::new_forwards(plan, survey.network)));
  Ensured ensured{dry_run ? desired : survey.network, std::move(plan), {}, {}};
  if (dry_run || ensured.plan.empty())
    return ensured;
  if (on_plan) {
    TRY(on_plan(ensured.plan));
  }
  const auto prove = [&]() -> Result<> {
    TRY(auto after, look());
    ensured.network = std::move(after.network);
    return plan::verify_tapless(desired, ensured.network);
  };
  engine::Journal journal = wiring.journal();
  TRY(engine::apply(ensured.plan, wiring.host(), journal, prove));
  return ensured;
}

} // namespace

Result<plan::UplinkChoice> settle_uplink(const Wiring& wiring, const plan::Request& request,
                                         const Network& observed) {
  using plan::UplinkChoice;
  if (request.uplink)
    return UplinkChoice{*request.uplink};
  const auto there = uplink_of(observed);
  if (there && *there != UplinkKind::slirp && !request.forwards.empty())
    return fail(cannot_forward(request, *there));
  if (there)
    return UplinkChoice{*there};
  if (!request.forwards.empty())
    return UplinkChoice{UplinkKind::slirp};
  if (request.bridge)
    return UplinkChoice{UplinkKind::bridge};
  return climb(wiring, request);
}

void explain_uplink(const Ensured& done, const Log& log) {
  if (!done.uplink_reason.empty())
    log.info(fmt::format("uplink: {}", done.uplink_reason));
}

Result<Ensured> ensure_tapless(const Wiring& wiring, const plan::Request& request, UplinkKind kind,
                               bool dry_run, const OnPlan& on_plan) {
  for (int attempt = 1;; ++attempt) {
    auto ensured = plan_and_apply(wiring, request, kind, dry_run, on_plan);
    if (ensured || !is_retryable(ensured.error().kind) || attempt == k_most_attempts)
      return ensured;
  }
}

} // namespace vdeup::cli
