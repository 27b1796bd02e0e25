#pragma once

#include "base/result.hpp"
#include "model/names.hpp"
#include "model/nic_manager.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vdeup {

// One thing each that a manager of interfaces is told, for as long as this host is up.

/// Tell a manager to leave devices alone, before they exist or afterwards: files below /run, which it reads
/// at once. Not for a NIC that it has set up and that still has its addresses: networkd takes them off,
/// NetworkManager does not listen.
struct Unmanage {
  NicManager::Kind manager = NicManager::Kind::networkd;
  std::vector<IfName> devices;
  bool operator==(const Unmanage&) const = default;
};

/// The inverse: the files go, and it reads again.
struct Manage {
  NicManager::Kind manager = NicManager::Kind::networkd;
  std::vector<IfName> devices;
  bool operator==(const Manage&) const = default;
};

/// Have NetworkManager disconnect a NIC, which keeps its addresses and routes.
struct DisconnectNic {
  IfName nic;
  std::string connection; ///< its UUID: what the NIC is to get back; empty: not known
  bool operator==(const DisconnectNic&) const = default;
};

/// The inverse: NetworkManager sets the NIC up anew, as that connection says.
struct ConnectNic {
  IfName nic;
  std::string connection;
  bool operator==(const ConnectNic&) const = default;
};

using ManagerStep = std::variant<Unmanage, Manage, DisconnectNic, ConnectNic>;

/// Say what a step does, in one line.
[[nodiscard]] std::string describe(const ManagerStep& step);

/// The steps that take these back: their inverses, in reverse order.
[[nodiscard]] std::vector<ManagerStep> inverse(const std::vector<ManagerStep>& steps);

} // namespace vdeup
