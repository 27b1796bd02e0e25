#pragma once

#include "base/capability.hpp"
#include "base/result.hpp"
#include "model/nat.hpp"

namespace vdeup::nat {

// Theory of operation:
//
// 1. dnsmasq runs as the owner of the switch, whoever starts it: root, or a helper that is the owner already.
//    It has three capabilities and no way to more. So its owner can end it without any privilege.
// 2. There is no file of it, and none to go stale: it is found by its command line.
// 3. It is up when a UDP socket of the owner's has port 53 of the gateway's address.

/// The capabilities that an owner's dnsmasq takes, and who starts it has to have: for ports 53 and 67, for
/// neighbours and sockets of one interface, for router advertisements; as root it lets go of its groups
/// besides.
[[nodiscard]] Capabilities dnsmasq_rights(const Identity& owner);

/// Start a dnsmasq for a bridge that has the addresses of its network, and wait until it serves. One that
/// serves the same there already may stay; another one of ours there is ended first.
/// Errors: refused for a bridge whose name is a pattern to dnsmasq; missing without the program;
/// not_permitted without the capabilities to hand on; failed, as where somebody else has its port. On any
/// error nothing is left running.
[[nodiscard]] Result<> start_dnsmasq(const StartDnsmasq& step);

/// The bridges, there or not, which dnsmasqs of the owner's say that they serve for this switch. He can have
/// any of his processes say so. To ask for one's own takes no privilege. Errors: those of looking at the
/// network namespace.
[[nodiscard]] Result<std::vector<IfName>> list_served(const NatMark& mark);

/// End what start_dnsmasq() has started for this bridge, also where it is stopped and hears nothing; nothing
/// is to be done if there is none. Errors: timed_out if it did not end.
[[nodiscard]] Result<> stop_dnsmasq(const StopDnsmasq& step);

} // namespace vdeup::nat
