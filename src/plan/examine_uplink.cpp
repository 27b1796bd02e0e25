#include "plan/examine.hpp"

#include <fmt/format.h>

namespace vdeup::plan {

void examine_uplink(Case& patient) {
  const Switch& vde_switch = patient.network().vde_switch;
  const auto kind = uplink_of(patient.network());
  if (vde_switch.life != Switch::Life::alive || !kind || *kind == UplinkKind::bridge)
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
