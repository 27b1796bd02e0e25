#include "base/text.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

namespace vdeup::plan {

void examine_uplink(Case& patient) {
  const Switch& vde_switch = patient.network().vde_switch;
  const auto kind = uplink_of(patient.network());
  if (vde_switch.life != Switch::Life::alive || !kind || vde_switch.tap)
    return;
  if (*kind == UplinkKind::none)
    return patient.note("the switch was made without an uplink: VMs reach each other");
  if (!vde_switch.slirp)
    return patient.fault("the slirp that joined the switch to the outside is gone", patient.create());
  if (const auto guests = vde_switch.clients().size(); guests > slirp::k_leases)
    patient.note(
        fmt::format("slirp gives {} addresses by DHCP, and {} VMs are attached", slirp::k_leases, guests),
        fmt::format("give the other VMs addresses of their own in {}", slirp::k_network));
}

void examine_private_network(Case& patient) {
  const auto& network = patient.network().nat;
  const auto& bridge = patient.network().bridge;
  if (!network || !bridge)
    return;
  const std::string& name = bridge->name.str();
  if (!network->network)
    return patient.fault(fmt::format("bridge {} has lost its addresses", name), patient.create());
  if (!network->forwards)
    patient.fault(fmt::format("this host does not forward what comes from bridge {}", name),
                  patient.create());
  if (!network->has_rules.value_or(true))
    patient.fault(fmt::format("the rules that masquerade bridge {} are gone", name), patient.create());
  if (!network->is_served)
    patient.fault(fmt::format("no dnsmasq gives VMs on bridge {} an address", name), patient.create());
  if (!network->has_rules)
    patient.note(fmt::format("only root can read whether bridge {} is masqueraded", name),
                 patient.request().command("check", true));
  if (!patient.evidence().facts)
    return;
  for (const NatObstacle& obstacle : patient.evidence().facts->nat_obstacles)
    for (const std::string& command : obstacle.commands)
      patient.fault(printable(obstacle.text()), patient.as_root(command));
}

void examine_gateway(Case& patient, const PathProbe& probe) {
  for (const ProbeAnswer& answer : probe.answers) {
    if (answer.mac)
      continue;
    const std::string address = answer.address.str();
    if (address == slirp::k_gateway)
      patient.fault(fmt::format("slirp runs, and does not answer for its {}", address), patient.make_anew());
    else
      patient.fault(fmt::format("nobody answers for {} at the switch", address),
                    "see that this VM is up; slirp itself answers only for addresses of its own");
  }
}

} // namespace vdeup::plan
