#pragma once

#include "engine/path.hpp"
#include "model/ip_address.hpp"

#include <optional>

namespace vdeup::engine {

// The frames of a probe. Pure. They are those of a host that looks whether an address is free, because such a
// question changes nothing in whoever answers: it has no address of a sender that could be remembered.

/// Make an address for a NIC that does not exist: locally administered, unicast, from 40 bits of chance.
[[nodiscard]] MacAddress probe_source(std::uint64_t chance);

/// Make a broadcast that means nothing to anybody (EtherType for local experiments, IEEE 802 §9.2.4).
[[nodiscard]] Frame broadcast_frame(const MacAddress& source);

/// Ask who has an address: an ARP Probe (RFC 5227 §1.1), or a Neighbour Solicitation from the unspecified
/// address, as in duplicate address detection (RFC 4861 §4.3, RFC 4862 §5.4.2).
[[nodiscard]] Frame who_has_frame(const MacAddress& source, const IpAddress& address);

/// Read the owner of an address from a reply to who_has_frame(asker, address): an ARP Reply to the asker, or
/// a Neighbour Advertisement. Nothing if the frame is anything else, is cut off, or would not be accepted by
/// a host. An advertisement that nobody solicited cannot be told from the reply, which goes to all nodes.
[[nodiscard]] std::optional<MacAddress> parse_owner(const Frame& frame, const MacAddress& asker,
                                                    const IpAddress& address);

} // namespace vdeup::engine
