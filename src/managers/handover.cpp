#include "managers/handover.hpp"

#include "managers/bridge_configuration.hpp"

#include <algorithm>

// Theory of operation, observed with systemd 252 and NetworkManager 1.42 (tests/managers):
//
//  1. New devices are marked as unmanaged before they exist. networkd configures every device that its files
//     match, also with `Name=*`, and removes addresses that it does not know. NetworkManager calls devices
//     of others "connected (externally)" and mostly leaves them alone, but `nmcli networking off` sets them
//     down and removes their addresses, and `on` does not restore them.
//
//  2. networkd is told of the NIC after the move. Told before, it removes the addresses at once; not told,
//     it adds them to the port again when the carrier returns. After the move there is nothing to remove. It
//     would release a DHCP lease at any time, so with a lease it is not told at all. After the move back the
//     NIC is managed as before; but networkd 252 takes a port that leaves a bridge for a new link, waits for
//     addresses that exist already, and reports "configuring" until it is restarted. It works all the same.
//
//  3. NetworkManager is told of the NIC before the move, by the property `Managed` of the device: it keeps
//     addresses and routes, stops renewing a lease without releasing it, and remembers this when it restarts.
//     A file would have an effect at a restart only.
//
//  4. NetworkManager sets a NIC up anew when it manages it again: for 20 to 100 ms the NIC has no IPv4
//     address, and no IPv6 address until duplicates are ruled out. So this is the last step of the way back.
//     It names the connection: without it a NIC whose connection has no `autoconnect` would lose all
//     addresses.
//
//  5. No checkpoint of NetworkManager. It knows nothing of changes in the kernel, and rolls back an unmanaged
//     NIC as in (4): it takes the NIC out of the bridge while the bridge has the addresses and routes. That
//     disconnects the host. vdeup's watchdog rolls back the whole move instead (nicmove/watchdog.hpp).

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
      handover.before.emplace_back(DisconnectNic{nic, manager.configuration});
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
