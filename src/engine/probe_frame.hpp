#pragma once

#include "engine/path.hpp"
#include "model/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace vdeup::engine {

// The frames that look for the owner of an address, or announce it. Pure.

/// Make an address for a NIC that does not exist: locally administered, unicast, from 40 bits of chance.
[[nodiscard]] MacAddress probe_source(std::uint64_t chance);

/// Make a broadcast that means nothing to anybody (EtherType for local experiments, IEEE 802 §9.2.4).
[[nodiscard]] Frame broadcast_frame(const MacAddress& source);

/// Ask who has an address: an ARP Probe (RFC 5227 §1.1), which leaves no trace in the one that replies, or a
/// Neighbour Solicitation (RFC 4861 §4.3) from the link-local address that belongs to `source`.
[[nodiscard]] Frame who_has_frame(const MacAddress& source, const IpAddress& address);

/// Read the owner of an address from a reply to who_has_frame(asker, address): an ARP Reply or a solicited
/// Neighbour Advertisement to the asker. Nothing if the frame is anything else, is cut off, or would not be
/// accepted by a host.
[[nodiscard]] std::optional<MacAddress> parse_owner(const Frame& frame, const MacAddress& asker,
                                                    const IpAddress& address);

/// Announce that `source` has an address: a gratuitous ARP request (RFC 5227 §3), or an unsolicited Neighbour
/// Advertisement with the override flag (RFC 4861 §7.2.6).
[[nodiscard]] Frame announcement(const MacAddress& source, const IpAddress& address);

/// The Internet checksum (RFC 1071), in the byte order of this machine. `sum` begins it, for a pseudo header.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0);

} // namespace vdeup::engine
