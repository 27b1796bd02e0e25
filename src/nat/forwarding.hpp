#pragma once

#include "base/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace vdeup::nat {

/// Names of interfaces as /proc/sys/net has them, with "default" for those that are yet to come.
using InterfaceNames = std::set<std::string>;

/// The settings before forwarding was switched on, as far as that changes them: the switch for all interfaces
/// also sets each interface, and with IPv4 toggles accept_redirects. Empty for a family that forwarded
/// before.
struct ForwardingRecord {
  bool ip4_was_off = false;
  bool ip6_was_off = false;
  bool redirects_were_off = false; ///< net.ipv4.conf.all.accept_redirects
  InterfaceNames ip4_was_on{};     ///< interfaces with forwarding although it was off for all
  InterfaceNames ip6_was_on{};
  InterfaceNames accept_ra_was_1{}; ///< interfaces with accept_ra 1, which forwarding disables
  bool operator==(const ForwardingRecord&) const = default;

  /// Add another record to this one.
  void merge(const ForwardingRecord& other);
};

// What was off is also kept on the bridge of a private network, in its net.ipv4.conf.NAME.tag, a number for
// free use (Documentation/networking/ip-sysctl.rst): it survives `nft flush ruleset`, the record does not.

/// Read the note on a bridge; empty if the bridge is gone.
[[nodiscard]] ForwardingRecord read_bridge_note(const std::string& bridge);
/// Write what was off to the note on a bridge. Success if the bridge is gone.
[[nodiscard]] Result<> write_bridge_note(const std::string& bridge, const ForwardingRecord& record);

/// True if the kernel has IPv6 and it is enabled.
[[nodiscard]] bool has_ip6();

/// True if the kernel forwards packets of a family.
[[nodiscard]] bool forwards_packets(bool ip6);

/// Record what switching forwarding on would change, for IPv4 and on request for IPv6. Private bridges have
/// no router, so their accept_ra is not recorded.
[[nodiscard]] ForwardingRecord observe_forwarding(bool with_ip6, const InterfaceNames& private_bridges);

/// Switch forwarding on. Before that for IPv6, set accept_ra to 2 on every recorded interface: otherwise the
/// kernel would delete its default routes.
[[nodiscard]] Result<> start_forwarding(bool with_ip6, const ForwardingRecord& record);

/// Restore the recorded settings. A value that is no longer what start_forwarding() set was changed by
/// somebody else, and stays.
[[nodiscard]] Result<> stop_forwarding(const ForwardingRecord& record);

} // namespace vdeup::nat
