#include "base/text.hpp"
#include "model/vm_identity.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

/// A VM at a port, as it says itself.
struct Vm {
  std::string name;
  unsigned port = 0;
  MacAddress mac;
};

std::vector<Vm> list_vms(const Switch& vde_switch) {
  std::vector<Vm> vms;
  for (const SwitchPort& port : vde_switch.ports)
    for (const Endpoint& endpoint : port.endpoints) {
      if (endpoint.kind != Endpoint::Kind::client)
        continue;
      const ClientText text = read_client_text(endpoint.description);
      if (text.mac)
        vms.push_back({printable(text.name), port.number, *text.mac});
    }
  return vms;
}

/// Name what is at a port for people: "VM web at port 3", "tap0".
std::string name_port(const Switch& vde_switch, unsigned number) {
  for (const SwitchPort& port : vde_switch.ports) {
    if (port.number != number || port.endpoints.empty())
      continue;
    const Endpoint& endpoint = port.endpoints.front();
    if (endpoint.kind == Endpoint::Kind::client)
      return fmt::format("VM {} at port {}", printable(read_client_text(endpoint.description).name), number);
    return fmt::format("somebody behind {}", printable(endpoint.description));
  }
  return {};
}

void report_duplicate(Report& report, const MacAddress& mac, const Vm& vm, const std::string& other) {
  report.fault(
      fmt::format("VM {} at port {} and {} have the same address {}", vm.name, vm.port, other, mac.str()),
      "end one of them, and start it again with another macaddr=");
}

bool has_label(const std::vector<Vm>& vms, unsigned port, const MacAddress& mac) {
  return std::any_of(vms.begin(), vms.end(), [&](const Vm& vm) { return vm.port == port && vm.mac == mac; });
}

} // namespace

PortUse port_use(const Switch& vde_switch) {
  if (vde_switch.port_limit == 0)
    return {};
  const auto taken =
      std::count_if(vde_switch.ports.begin(), vde_switch.ports.end(),
                    [](const SwitchPort& port) { return port.number != 0 && !port.endpoints.empty(); });
  return {vde_switch.port_limit - 1, static_cast<std::size_t>(taken)};
}

void examine_switch(Report& report) {
  const Switch& vde_switch = report.network().vde_switch;
  const SwitchSockets& sockets = report.request().scope.sockets;
  const std::string& dir = sockets.dir.str();
  switch (vde_switch.life) {
  case Switch::Life::absent:
    return report.fault(fmt::format("a TAP is there, but no switch {}", dir), report.create());
  case Switch::Life::dead:
    return report.fault(fmt::format("the process of the switch {} is gone, its sockets are left", dir),
                        report.create());
  case Switch::Life::mute:
    return report.fault(
        fmt::format("process {} holds the switch {} and does not answer", vde_switch.pid, dir),
        report.replace_switch());
  case Switch::Life::alive:
    break;
  }
  if (!vde_switch.accepts_clients)
    report.fault(fmt::format("the switch answers, but its socket {}/ctl is gone", dir),
                 report.replace_switch());
  if (!vde_switch.tap && !vde_switch.made_for && !report.network().tap)
    report.fault("no port of the switch has a TAP", report.replace_switch());
  if (const PortUse use = port_use(vde_switch); use.is_full())
    report.fault(
        fmt::format("all {} ports of the switch are taken: no VM can be attached any more", use.usable),
        fmt::format("end a VM, or `unixcmd -s {} -f /etc/vde2/vdecmd port/setnumports {}`",
                    shell_quote(sockets.mgmt.str()), 2 * vde_switch.port_limit));
}

void examine_addresses(Report& report) {
  const Switch& vde_switch = report.network().vde_switch;
  const std::vector<Vm> vms = list_vms(vde_switch);
  for (std::size_t i = 0; i < vms.size(); ++i)
    for (std::size_t j = i + 1; j < vms.size(); ++j)
      if (vms[i].mac == vms[j].mac)
        report_duplicate(report, vms[i].mac, vms[i],
                         fmt::format("VM {} at port {}", vms[j].name, vms[j].port));
  // A VM whose address another port has sent last; two with the same label are known already.
  for (const LearntAddress& learnt : report.evidence().learnt)
    for (const Vm& vm : vms) {
      const std::string other = name_port(vde_switch, learnt.port);
      if (vm.mac == learnt.mac && !has_label(vms, learnt.port, vm.mac) && !other.empty())
        report_duplicate(report, vm.mac, vm, other);
    }
}

} // namespace vdeup::plan
