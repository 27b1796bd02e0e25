#include "base/hash.hpp"
#include "base/text.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

constexpr std::uint32_t k_ethernet_mtu = 1500;

const Link* find(const std::vector<Link>& links, std::string_view name) {
  const auto found =
      std::find_if(links.begin(), links.end(), [name](const Link& l) { return l.name == name; });
  return found == links.end() ? nullptr : &*found;
}

/// Name processes for people: "process 42 (qemu-system-x86)", or what is known where /proc is closed to us.
std::string name_holders(const std::vector<TapHolder>& holders) {
  std::string names;
  for (const TapHolder& holder : holders)
    names +=
        fmt::format("{}process {} ({})", names.empty() ? "" : ", ", holder.pid, printable(holder.command));
  return names.empty() ? "a process" : names;
}

void examine_state(Case& patient, const Tap& tap) {
  const std::string& name = tap.name.str();
  const bool is_unclaimed = has_unclaimed_tap(patient.network());
  const bool is_held = !patient.evidence().holders.empty() || (tap.is_up && tap.has_carrier);
  if (is_unclaimed && is_held)
    return patient.fault(fmt::format("{} is held open by {}, not by the switch", name,
                                     name_holders(patient.evidence().holders)),
                         patient.make_anew());
  if (!tap.is_up)
    patient.fault(fmt::format("{} is down", name),
                  tap.mark ? patient.create()
                           : patient.as_root(fmt::format("ip link set dev {} up", shell_quote(name))));
  else if (!tap.has_carrier)
    patient.fault(fmt::format("{} has no carrier: no switch has it open", name), patient.replace_switch());
  if (is_unclaimed && patient.network().vde_switch.life == Switch::Life::alive)
    patient.fault(fmt::format("{} is not at a port of the switch", name), patient.replace_switch());
}

void examine_place(Case& patient, const Tap& tap) {
  const std::string& name = tap.name.str();
  const auto& wanted = patient.request().bridge;
  if (wanted && tap.bridge != wanted)
    patient.fault(fmt::format("{} is a port of {}, not of {}", name,
                              tap.bridge ? tap.bridge->str() : "no bridge", wanted->str()),
                  patient.create() + (tap.bridge ? " -f" : ""));
  else if (!tap.bridge && tap.mark)
    patient.fault(fmt::format("{} is not a port of a bridge", name), patient.create());
  else if (!tap.bridge)
    patient.note(fmt::format("{} was not made by vdeup and is on no bridge: VMs reach what its maker has put "
                             "behind it",
                             name));
}

/// A port of a bridge that does not forward although both are up.
void examine_forwarding(Case& patient, const Tap& tap, const Bridge& bridge) {
  const PortState state = tap.port_state.value_or(PortState::forwarding);
  if (state == PortState::forwarding || !tap.is_up || !tap.has_carrier || !bridge.is_up)
    return;
  const std::string& name = tap.name.str();
  const std::string quoted = shell_quote(name);
  if (!bridge.stp)
    return patient.fault(fmt::format("{} was set not to forward on bridge {}", name, bridge.name.str()),
                         patient.as_root(fmt::format("bridge link set dev {} state 3", quoted)));
  if (state == PortState::blocking || state == PortState::disabled)
    return patient.fault(
        fmt::format("STP blocks {}: there is another way from bridge {} to the same switch", name,
                    bridge.name.str()),
        fmt::format("take the other way out; `bridge link show` lists the ports of {}", bridge.name.str()));
  patient.fault(fmt::format("{} does not forward yet: bridge {} runs STP and still {}", name,
                            bridge.name.str(), state == PortState::listening ? "listens" : "learns"),
                fmt::format("until bridge link show dev {} | grep -q forwarding; do sleep 1; done", quoted));
}

void examine_mtu(Case& patient, const Tap& tap, const Bridge& bridge) {
  const std::string& name = bridge.name.str();
  const auto set_mtu = [&](const std::string& device, std::uint32_t mtu) {
    return patient.as_root(fmt::format("ip link set dev {} mtu {}", shell_quote(device), mtu));
  };
  if (tap.mtu != bridge.mtu && std::min(tap.mtu, bridge.mtu) < k_ethernet_mtu)
    patient.fault(fmt::format("{} has MTU {}, its bridge {} has {}: large frames are lost between them",
                              tap.name.str(), tap.mtu, name, bridge.mtu),
                  set_mtu(tap.name.str(), std::min(bridge.mtu, k_ethernet_mtu)));
  if (bridge.mtu > k_ethernet_mtu)
    patient.note(fmt::format("bridge {} has MTU {}, and vde_switch cuts off frames above {}", name,
                             bridge.mtu, k_ethernet_mtu),
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
void examine_twins(Case& patient, const Tap& tap, const Bridge& bridge) {
  const auto& links = patient.evidence().links;
  for (const std::string& name : {tap.name.str(), bridge.name.str()}) {
    const Link* ours = find(links, name);
    if (ours == nullptr || !ours->mac)
      continue;
    for (const Link& other : links) {
      const bool passes_it_on = other.master == ours->index; // a bridge takes the address of one of its ports
      if (other.index == ours->index || other.mac != ours->mac || passes_it_on ||
          other.index == ours->master || !has_address_of_its_own(other))
        continue;
      patient.note(
          fmt::format("{} and {} have the same address {}", name, printable(other.name), ours->mac->str()),
          patient.as_root(fmt::format("ip link set dev {} address {}", shell_quote(other.name),
                                      other_address(other.name, *ours->mac).str())));
    }
  }
}

void examine_ways_out(Case& patient, const Bridge& bridge) {
  const std::string& name = bridge.name.str();
  const std::vector<Link> ways = ways_out(bridge, patient.evidence().links);
  if (ways.empty() && bridge.nat)
    return;
  if (ways.empty())
    return patient.note(
        fmt::format("bridge {} has no port to the outside: VMs reach each other and this host", name));
  for (const Link& way : ways)
    if (!way.is_up)
      patient.note(fmt::format("{}, a port of bridge {}, is down", printable(way.name), name),
                   patient.as_root(fmt::format("ip link set dev {} up", shell_quote(way.name))));
    else if (!way.has_carrier)
      patient.note(fmt::format("{}, a port of bridge {}, has no carrier: nothing is plugged in",
                               printable(way.name), name));
}

/// TAPs of switches that have been replaced: `cancel` takes them away as well, but that ends the switch.
void examine_leftovers(Case& patient) {
  const auto& in_use = patient.network().tap;
  for (const Tap& tap : patient.evidence().taps)
    if (in_use && tap.name != in_use->name && patient.network().vde_switch.tap != tap.name)
      patient.note(fmt::format("{} is left from an earlier switch", tap.name.str()),
                   patient.as_root(fmt::format("ip link delete dev {}", shell_quote(tap.name.str()))));
}

} // namespace

std::vector<Link> ways_out(const Bridge& bridge, const std::vector<Link>& links) {
  std::vector<Link> ways;
  for (const std::string& port : bridge.ports)
    if (const Link* link = find(links, port); link != nullptr && link->kind != "tun")
      ways.push_back(*link);
  return ways;
}

void examine_tap(Case& patient) {
  const Network& network = patient.network();
  const auto& at_the_switch = network.vde_switch.tap;
  if (at_the_switch && (!network.tap || network.tap->name != *at_the_switch))
    return patient.fault(
        fmt::format("{} was deleted under the running switch, which now uses a whole processor",
                    at_the_switch->str()),
        patient.replace_switch());
  if (!network.tap)
    return;
  examine_state(patient, *network.tap);
  examine_place(patient, *network.tap);
  examine_leftovers(patient);
}

void examine_bridge(Case& patient) {
  if (!patient.network().bridge)
    return;
  const Bridge& bridge = *patient.network().bridge;
  const std::string& name = bridge.name.str();
  if (!bridge.is_up)
    patient.fault(fmt::format("bridge {} is down", name),
                  patient.as_root(fmt::format("ip link set dev {} up", shell_quote(name))));
  if (bridge.stp)
    patient.note(fmt::format("bridge {} runs STP: a new port forwards only after its delay", name));
  if (const auto& tap = patient.network().tap) {
    examine_forwarding(patient, *tap, bridge);
    examine_mtu(patient, *tap, bridge);
    examine_twins(patient, *tap, bridge);
  }
  examine_ways_out(patient, bridge);
}

} // namespace vdeup::plan
