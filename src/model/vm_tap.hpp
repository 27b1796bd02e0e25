#pragma once

#include "model/device_alias.hpp"
#include "model/link.hpp"
#include "model/names.hpp"
#include "model/network.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// The mark on the TAP of one VM (`--lane tap`), which is gone when the VM is.
///
/// Text form: `vdeup vm=web1 mac=52:54:00:12:34:56 uid=1000 switch=/var/tmp/vde_switch0.acue`. The switch is
/// the one of the user who started the VM, to whose network it belongs; no frame goes through it.
struct VmTapMark {
  std::string vm_name; ///< of safe letters only, as PortLabel writes it
  MacAddress mac;
  uid_t owner = 0;
  SocketPath switch_dir;
  bool operator==(const VmTapMark&) const = default;

  [[nodiscard]] std::string text() const;
  /// The mark in an alias, or nothing if the alias is something else.
  [[nodiscard]] static std::optional<VmTapMark> parse(std::string_view alias);
};

/// A VM on a TAP of its own, as the kernel shows it.
struct VmOnTap {
  IfName tap;
  VmTapMark mark;
  LinkCounters counters{}; ///< in: from the VM
};

/// Find the VMs with a TAP of their own that belong to the network of a scope.
[[nodiscard]] std::vector<VmOnTap> vms_on_taps(const std::vector<Link>& links, const Scope& scope);

/// A TAP for one VM: a port of a bridge, with one queue for each pair of virtqueues.
struct VmTapPlan {
  IfName bridge;
  std::uint32_t mtu = 1500;
  unsigned queues = 1;
  VmTapMark mark;
  bool operator==(const VmTapPlan&) const = default;
};

} // namespace vdeup
