#include "plan/diagnose.hpp"

#include "plan/examine.hpp"
#include "plan/functional.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {

bool Diagnosis::is_sound() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.severity == Finding::Severity::fault; });
}

Diagnosis diagnose(const Request& request, const Evidence& evidence) {
  Report report{request, evidence};
  if (evidence.network.vde_switch.life == Switch::Life::absent && !evidence.network.tap) {
    report.fault(fmt::format("there is no switch {}", request.scope.sockets.dir.str()), report.create());
    return {.nothing_there = true, .findings = report.take_findings()};
  }
  examine_switch(report);
  examine_uplink(report);
  examine_private_network(report);
  examine_addresses(report);
  examine_tap(report);
  examine_bridge(report);
  examine_host(report);
  examine_probe(report);
  return {.findings = report.take_findings()};
}

std::string obstacle_to_probe(const Network& network) {
  if (!is_functional(network))
    return "the switch or its uplink is not sound";
  if (port_use(network.vde_switch).is_full())
    return "the switch has no free port";
  if (!network.vde_switch.tap)
    return {};
  if (!network.bridge)
    return fmt::format("{} is not a port of a bridge", network.tap->name.str());
  if (!network.bridge->is_up)
    return fmt::format("bridge {} is down", network.bridge->name.str());
  if (network.tap->port_state.value_or(PortState::forwarding) != PortState::forwarding)
    return fmt::format("{} does not forward", network.tap->name.str());
  return {};
}

bool has_unclaimed_tap(const Network& network) {
  const Switch& vde_switch = network.vde_switch;
  if (!network.tap || vde_switch.life == Switch::Life::mute)
    return false;
  return vde_switch.life != Switch::Life::alive || vde_switch.tap != network.tap->name;
}

} // namespace vdeup::plan
