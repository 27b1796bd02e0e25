#include "network/settle_uplink.hpp"

#include "network/nat_uplink.hpp"
#include "plan/nat_choice.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

namespace vdeup::network {
namespace {

Error cannot_forward(const plan::Request& request, UplinkKind kind) {
  const std::string what = fmt::format("cannot forward {}", request.forwards.front().text());
  if (kind == UplinkKind::bridge)
    return Error{ErrorKind::refused, what, "the switch is on a bridge, where VMs have addresses of their own",
                 "reach the VM at its own address, or make another network with --uplink slirp"};
  if (kind == UplinkKind::nat)
    return Error{ErrorKind::refused, what, "the VMs have a private network, which this host can reach",
                 "reach the VM from here at its own address, or make another network with --uplink slirp"};
  return Error{ErrorKind::refused, what, "the switch is to have no uplink",
               "make another network with --uplink slirp"};
}

/// To leave a private network takes more than another switch: its bridge, its rules, its dnsmasq.
Error cannot_leave_private_network(const plan::Request& request) {
  return Error{ErrorKind::refused, fmt::format("cannot make the uplink {}", word_for(*request.uplink)),
               "the switch has a private network",
               fmt::format("run `{}` first", request.command("cancel", true))};
}

Result<plan::UplinkChoice> choose_best(const World& world, const plan::Request& request,
                                       const engine::Survey& survey) {
  plan::UplinkFacts facts = plan::find_uplink_facts(request.scope, survey.links, survey.taps);
  if (facts.bridge && !facts.private_network)
    if (const auto allowed = world.lanes.may_attach(*facts.bridge); !allowed)
      facts.no_devices = why_not(allowed.error());
  facts.has_slirp = process::find_system_program("vde_plug").has_value();
  if (!plan::has_bridge(facts)) {
    TRY(auto choice, plan::choose_nat_bridge(request.scope, survey.links, world.host_seed));
    facts.no_nat = why_no_private_network(world, choice.bridge.name);
    if (facts.no_nat == k_no_privilege) // nor is there a way to any device
      facts.no_devices = k_no_privilege;
  }
  return plan::choose_uplink(facts);
}

} // namespace

Result<plan::UplinkChoice> settle_uplink(const World& world, const plan::Request& request,
                                         const Network& observed, const engine::Survey& survey) {
  using plan::UplinkChoice;
  const auto there = uplink_of(observed);
  if (there == UplinkKind::nat && request.uplink && request.uplink != UplinkKind::nat)
    return fail(cannot_leave_private_network(request));
  if (request.uplink)
    return UplinkChoice{*request.uplink};
  if (there && *there != UplinkKind::slirp && !request.forwards.empty())
    return fail(cannot_forward(request, *there));
  if (there)
    return UplinkChoice{*there};
  if (!request.forwards.empty())
    return UplinkChoice{UplinkKind::slirp};
  if (request.bridge)
    return UplinkChoice{UplinkKind::bridge};
  return choose_best(world, request, survey);
}

void explain_uplink(const Ensured& done, const Log& log) {
  if (!done.uplink_reason.empty())
    log.info(fmt::format("uplink: {}", done.uplink_reason));
  for (const Warning& warning : done.warnings)
    log.warn(warning.text, warning.hints);
}

} // namespace vdeup::network
