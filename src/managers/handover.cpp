#include "managers/handover.hpp"

#include "managers/bridge_configuration.hpp"

#include <algorithm>

// Theory of operation, each point of it seen with systemd 252 and NetworkManager 1.42 (tests/managers):
//
//  1. New devices are marked before they exist. networkd takes whatever its files match, `Name=*`
//     included, and removes addresses that it does not know. NetworkManager calls what others made
//     "connected (externally)" and mostly leaves it, but `nmcli networking off` sets it down, strips
//     it, and `on` does not bring it back.
//
//  2. networkd is told of the NIC after the move. Told before, it takes the addresses off at once; not
//     told at all, it puts them back on the port when the carrier returns. After the move there is
//     nothing to take. A lease it would give back to the server: then there is no right moment, and it
//     is told nothing. Given back, the NIC is managed as before; but networkd 252 takes a port that
//     leaves a bridge for a new link, waits to hear of the addresses that are there already, and says
//     "configuring" until it is restarted. What it does is the same.
//
//  3. NetworkManager is told of the NIC before the move, by `Managed` of the device: it lets go
//     without touching an address or a route, stops renewing a lease without giving it back, and
//     remembers this over a restart of its own. A file would be obeyed at such a restart only.
//
//  4. NetworkManager takes a NIC up by setting it up anew, whatever it finds: for 20 to 100 ms the NIC
//     is without IPv4 address, and without IPv6 until it has looked for duplicates. That is its own
//     way, and so the last step of the way back. It is told the connection: one without `autoconnect`
//     would not be taken up, and the NIC be stripped instead.
//
//  5. No checkpoint. NetworkManager knows nothing of what we do in the kernel, and rolling back a NIC
//     that it let go of means (4): out of the bridge, while address and routes are on the bridge still
//     and win. That cuts off the host that it should save; our own watchdog takes the whole move back
//     (nicmove/watchdog.hpp).

namespace vdeup::managers {
namespace {

using Hold = NicManager::Hold;
using Kind = NicManager::Kind;

} // namespace

std::vector<ManagerStep> Handover::all() const {
  std::vector<ManagerStep> steps = before;
  steps.insert(steps.end(), after.begin(), after.end());
  return steps;
}

Result<std::vector<ManagerStep>> unmanage_steps(const std::vector<Kind>& running,
                                                const std::vector<IfName>& devices) {
  std::vector<ManagerStep> steps;
  if (devices.empty())
    return steps;
  for (const IfName& device : devices) {
    TRY(check_plain(device));
  }
  for (const Kind kind : {Kind::networkd, Kind::network_manager})
    if (std::find(running.begin(), running.end(), kind) != running.end())
      steps.emplace_back(Unmanage{kind, devices});
  return steps;
}

Result<Handover> plan_handover(const std::vector<Kind>& running, const std::vector<NicManager>& managers,
                               const IfName& nic, const IfName& bridge) {
  Handover handover;
  TRY(handover.before, unmanage_steps(running, {bridge}));
  for (const NicManager& manager : managers) {
    if (manager.kind == Kind::network_manager && manager.is_in_charge())
      handover.before.emplace_back(LetGo{nic, manager.configuration});
    if (manager.kind == Kind::networkd && can_hand_over(manager)) {
      TRY(check_plain(nic));
      handover.after.emplace_back(Unmanage{Kind::networkd, {nic}});
    }
  }
  return handover;
}

bool can_hand_over(const NicManager& manager) {
  const bool reachable_managers = manager.kind == Kind::networkd || manager.kind == Kind::network_manager;
  return reachable_managers && manager.hold == Hold::manages && !manager.is_dynamic;
}

} // namespace vdeup::managers
