#pragma once

#include "base/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace vdeup::nat {

/// Names of interfaces as /proc/sys/net has them, with "default" for those that are yet to come.
using InterfaceNames = std::set<std::string>;

/// What the kernel did before it was told to forward, as far as that changes it: to switch forwarding on or
/// off for all sets it for each interface, too, and with IPv4 turns the redirects that are accepted off and
/// on. What was otherwise is not noted. A family that did forward has nothing here.
struct ForwardingRecord {
  bool ip4_was_off = false;
  bool ip6_was_off = false;
  bool redirects_were_off = false; ///< net.ipv4.conf.all.accept_redirects
  InterfaceNames ip4_was_on{};     ///< those that forwarded although all together did not
  InterfaceNames ip6_was_on{};
  InterfaceNames accept_ra_was_1{}; ///< those that listen to routers for as long as they forward nothing
  bool operator==(const ForwardingRecord&) const = default;

  /// Add what another one has noted.
  void merge(const ForwardingRecord& other);
};

// What was off is noted on the bridge of a private network as well, in its net.ipv4.conf.NAME.tag, a number
// that the kernel leaves to whoever wants one (Documentation/networking/ip-sysctl.rst): it is there after
// somebody has flushed all rules, and the record with them.

/// Read what a bridge bears; nothing of a bridge that is gone.
[[nodiscard]] ForwardingRecord read_bridge_note(const std::string& bridge);
/// Have a bridge bear what was off. Success if it is gone.
[[nodiscard]] Result<> write_bridge_note(const std::string& bridge, const ForwardingRecord& record);

/// True if the kernel has IPv6, and it is not switched off.
[[nodiscard]] bool has_ip6();

/// True if the kernel hands on packets of a family.
[[nodiscard]] bool forwards_packets(bool ip6);

/// Note what switching forwarding on would change: with IPv4, and with IPv6 if that is asked for. Interfaces
/// that should not listen to routers are not noted to do so.
[[nodiscard]] ForwardingRecord observe_forwarding(bool with_ip6, const InterfaceNames& deaf);

/// Switch forwarding on. Before the kernel forwards IPv6, every interface on the record goes on to listen to
/// routers (accept_ra 2), without which it would forget their default routes at once.
[[nodiscard]] Result<> start_forwarding(bool with_ip6, const ForwardingRecord& record);

/// Give back what is on the record. What has another value by now than start_forwarding gave it was changed
/// by somebody else, and stays.
[[nodiscard]] Result<> stop_forwarding(const ForwardingRecord& record);

} // namespace vdeup::nat
