#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/find_link.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

constexpr std::uint32_t k_ethernet_mtu = 1500;

/// Name processes for people: "process 42 (qemu-system-x86)", or what is known where /proc is closed to us.
std::string name_holders(const std::vector<TapHolder>& holders) {
  std::string names;
  for (const TapHolder& holder : holders)
    names +=
        fmt::format("{}process {} ({})", names.empty() ? "" : ", ", holder.pid, printable(holder.command));
  return names.empty() ? "a process" : names;
}

void examine_state(Report& report, const Tap& tap) {
  const std::string& name = tap.name.str();
  const bool is_unclaimed = has_unclaimed_tap(report.network());
  const bool is_held = !report.evidence().holders.empty() || (tap.is_up && tap.has_carrier);
  if (is_unclaimed && is_held)
    return report.fault(fmt::format("{} is held open by {}, not by the switch", name,
                                    name_holders(report.evidence().holders)),
                        report.make_anew());
  if (!tap.is_up)
    report.fault(fmt::format("{} is down", name),
                 tap.mark ? report.create()
                          : report.as_root(fmt::format("ip link set dev {} up", shell_quote(name))));
  else if (!tap.has_carrier)
    report.fault(fmt::format("{} has no carrier: no switch has it open", name), report.replace_switch());
  if (is_unclaimed && report.network().vde_switch.life == Switch::Life::alive)
    report.fault(fmt::format("{} is not at a port of the switch", name), report.replace_switch());
}

void examine_place(Report& report, const Tap& tap) {
  const std::string& name = tap.name.str();
  const auto& wanted = report.request().bridge;
  if (wanted && tap.bridge != wanted)
    report.fault(fmt::format("{} is a port of {}, not of {}", name,
                             tap.bridge ? tap.bridge->str() : "no bridge", wanted->str()),
                 report.create() + (tap.bridge ? " -f" : ""));
  else if (!tap.bridge && tap.mark)
    report.fault(fmt::format("{} is not a port of a bridge", name), report.create());
  else if (!tap.bridge)
    report.note(fmt::format("{} was not made by vdeup and is on no bridge: VMs reach what its maker has put "
                            "behind it",
                            name));
}

/// A port of a bridge that does not forward although both are up.
void examine_forwarding(Report& report, const Tap& tap, const Bridge& bridge) {
  const PortState state = tap.port_state.value_or(PortState::forwarding);
  if (state == PortState::forwarding || !tap.is_up || !tap.has_carrier || !bridge.is_up)
    return;
  const std::string& name = tap.name.str();
  const std::string quoted = shell_quote(name);
  if (!bridge.stp)
    return report.fault(fmt::format("{} was set not to forward on bridge {}", name, bridge.name.str()),
                        report.as_root(fmt::format("bridge link set dev {} state 3", quoted)));
  if (state == PortState::blocking || state == PortState::disabled)
    return report.fault(
        fmt::format("STP blocks {}: there is another way from bridge {} to the same switch", name,
                    bridge.name.str()),
        fmt::format("take the other way out; `bridge link show` lists the ports of {}", bridge.name.str()));
  report.fault(fmt::format("{} does not forward yet: bridge {} runs STP and still {}", name,
                           bridge.name.str(), state == PortState::listening ? "listens" : "learns"),
               fmt::format("until bridge link show dev {} | grep -q forwarding; do sleep 1; done", quoted));
}

void examine_mtu(Report& report, const Tap& tap, const Bridge& bridge) {
  const std::string& name = bridge.name.str();
  const auto set_mtu = [&](const std::string& device, std::uint32_t mtu) {
    return report.as_root(fmt::format("ip link set dev {} mtu {}", shell_quote(device), mtu));
  };
  if (tap.mtu != bridge.mtu && std::min(tap.mtu, bridge.mtu) < k_ethernet_mtu)
    report.fault(fmt::format("{} has MTU {}, its bridge {} has {}: large frames are lost between them",
                             tap.name.str(), tap.mtu, name, bridge.mtu),
                 set_mtu(tap.name.str(), std::min(bridge.mtu, k_ethernet_mtu)));
  if (bridge.mtu > k_ethernet_mtu)
    report.note(fmt::format("bridge {} has MTU {}, and vde_switch cuts off frames above {}", name, bridge.mtu,
                            k_ethernet_mtu),
                set_mtu(name, k_ethernet_mtu));
}

bool has_address_of_its_own(const Link& link) {
  return link.kind == "tun" || link.kind == "veth" || link.kind == "bridge" || link.kind == "dummy";
}

/// An address for a device that has to give up its own: locally administered, and the same each time.
MacAddress other_address(const std::string& device, const MacAddress& given_up) {
  const std::uint64_t hash = stable_hash({"vdeup other address", device, given_up.str()});
  MacAddress::Bytes bytes{0x02};
  for (std::size_t i = 1; i < bytes.size(); ++i)
    bytes.at(i) = static_cast<std::uint8_t>(hash >> (8 * i));
  return MacAddress{bytes};
}

/// Two devices with one address: the bridge takes frames for itself that are another's. NICs, bonds and VLANs
/// share one on purpose.
void examine_twins(Report& report, const Tap& tap, const Bridge& bridge) {
  const auto& links = report.evidence().links;
  for (const std::string& name : {tap.name.str(), bridge.name.str()}) {
    const Link* ours = find_link(links, name);
    if (ours == nullptr || !ours->mac)
      continue;
    for (const Link& other : links) {
      const bool passes_it_on = other.master == ours->index; // a bridge takes the address of one of its ports
      if (other.index == ours->index || other.mac != ours->mac || passes_it_on ||
          other.index == ours->master || !has_address_of_its_own(other))
        continue;
      report.note(
          fmt::format("{} and {} have the same address {}", name, printable(other.name), ours->mac->str()),
          report.as_root(fmt::format("ip link set dev {} address {}", shell_quote(other.name),
                                     other_address(other.name, *ours->mac).str())));
    }
  }
}

void examine_ways_out(Report& report, const Bridge& bridge) {
  const std::string& name = bridge.name.str();
  const std::vector<Link> ways = ways_out(bridge, report.evidence().links);
  if (ways.empty() && bridge.nat)
    return;
  if (ways.empty())
    return report.note(
        fmt::format("bridge {} has no port to the outside: VMs reach each other and this host", name));
  for (const Link& way : ways)
    if (!way.is_up)
      report.note(fmt::format("{}, a port of bridge {}, is down", printable(way.name), name),
                  report.as_root(fmt::format("ip link set dev {} up", shell_quote(way.name))));
    else if (!way.has_carrier)
      report.note(fmt::format("{}, a port of bridge {}, has no carrier: nothing is plugged in",
                              printable(way.name), name));
}

/// TAPs of switches that have been replaced: `cancel` takes them away as well, but that ends the switch.
void examine_leftovers(Report& report) {
  const auto& in_use = report.network().tap;
  for (const Tap& tap : report.evidence().taps)
    if (in_use && tap.name != in_use->name && report.network().vde_switch.tap != tap.name)
      report.note(fmt::format("{} is left from an earlier switch", tap.name.str()),
                  report.as_root(fmt::format("ip link delete dev {}", shell_quote(tap.name.str()))));
}

} // namespace

std::vector<Link> ways_out(const Bridge& bridge, const std::vector<Link>& links) {
  std::vector<Link> ways;
  for (const std::string& port : bridge.ports)
    if (const Link* link = find_link(links, port); link != nullptr && link->kind != "tun")
      ways.push_back(*link);
  return ways;
}

void examine_tap(Report& report) {
  const Network& network = report.network();
  const auto& at_the_switch = network.vde_switch.tap;
  if (at_the_switch && (!network.tap || network.tap->name != *at_the_switch))
    return report.fault(
        fmt::format("{} was deleted under the running switch, which now uses a whole processor",
                    at_the_switch->str()),
        report.replace_switch());
  if (!network.tap)
    return;
  examine_state(report, *network.tap);
  examine_place(report, *network.tap);
  examine_leftovers(report);
}

void examine_bridge(Report& report) {
  if (!report.network().bridge)
    return;
  const Bridge& bridge = *report.network().bridge;
  const std::string& name = bridge.name.str();
  if (!bridge.is_up)
    report.fault(fmt::format("bridge {} is down", name),
                 report.as_root(fmt::format("ip link set dev {} up", shell_quote(name))));
  if (bridge.stp)
    report.note(fmt::format("bridge {} runs STP: a new port forwards only after its delay", name));
  if (const auto& tap = report.network().tap) {
    examine_forwarding(report, *tap, bridge);
    examine_mtu(report, *tap, bridge);
    examine_twins(report, *tap, bridge);
  }
  examine_ways_out(report, bridge);
}

} // namespace vdeup::plan
