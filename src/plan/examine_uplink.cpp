#include "base/text.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

namespace vdeup::plan {

void examine_uplink(Report& report) {
  const Switch& vde_switch = report.network().vde_switch;
  const auto kind = uplink_of(report.network());
  if (vde_switch.life != Switch::Life::alive || !kind || vde_switch.tap)
    return;
  if (*kind == UplinkKind::none)
    return report.note("the switch was made without an uplink: VMs reach each other");
  if (!vde_switch.slirp)
    return report.fault("the slirp that joined the switch to the outside is gone", report.create());
  if (const auto guests = vde_switch.clients().size(); guests > slirp::k_leases)
    report.note(
        fmt::format("slirp gives {} addresses by DHCP, and {} VMs are attached", slirp::k_leases, guests),
        fmt::format("give the other VMs addresses of their own in {}", slirp::k_network));
}

void examine_private_network(Report& report) {
  const auto& network = report.network().nat;
  const auto& bridge = report.network().bridge;
  if (!network || !bridge)
    return;
  const std::string& name = bridge->name.str();
  if (!network->network)
    return report.fault(fmt::format("bridge {} has lost its addresses", name), report.create());
  if (!network->forwards)
    report.fault(fmt::format("this host does not forward what comes from bridge {}", name), report.create());
  if (!network->has_rules.value_or(true))
    report.fault(fmt::format("the rules that masquerade bridge {} are gone", name), report.create());
  if (!network->is_served)
    report.fault(fmt::format("no dnsmasq gives VMs on bridge {} an address", name), report.create());
  if (!network->has_rules)
    report.note(fmt::format("only root can read whether bridge {} is masqueraded", name),
                report.request().command("check", true));
  if (!report.evidence().facts)
    return;
  for (const NatObstacle& obstacle : report.evidence().facts->nat_obstacles)
    for (const std::string& command : obstacle.commands)
      report.fault(printable(obstacle.text()), report.as_root(command));
}

void examine_gateway(Report& report, const PathProbe& probe) {
  for (const ProbeAnswer& answer : probe.answers) {
    if (answer.mac)
      continue;
    const std::string address = answer.address.str();
    if (address == slirp::k_gateway)
      report.fault(fmt::format("slirp runs, and does not answer for its {}", address), report.make_anew());
    else
      report.fault(fmt::format("nobody answers for {} at the switch", address),
                   "see that this VM is up; slirp itself answers only for addresses of its own");
  }
}

} // namespace vdeup::plan
