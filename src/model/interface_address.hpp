#pragma once

#include "model/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup {

/// One attribute of a netlink message that is kept as it came: what we do not read we do not lose.
struct RawAttribute {
  std::uint16_t type = 0;
  std::vector<std::uint8_t> bytes;
  bool operator==(const RawAttribute&) const = default;
};

/// An address with the length of its prefix.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;
  bool operator==(const IpPrefix&) const = default;
  [[nodiscard]] std::string str() const;
};

inline constexpr std::uint32_t k_forever = 0xffffffff; ///< a lifetime without end

// Flags of an address that somebody chose (IFA_F_* in linux/if_addr.h); kernel/interface_addresses.cpp holds
// these numbers to it.
inline constexpr std::uint32_t k_temporary_address = 0x01; ///< of IPv6; only the kernel makes them
inline constexpr std::uint32_t k_no_duplicate_detection = 0x02;
inline constexpr std::uint32_t k_duplicate_address = 0x08; ///< another host has it: it is out of use
inline constexpr std::uint32_t k_unready_address = 0x48; ///< that, or the kernel still checks for duplicates
inline constexpr std::uint32_t k_manages_temporary = 0x100;
inline constexpr std::uint32_t k_no_prefix_route = 0x200;

/// An address of an interface (`ip address`).
struct InterfaceAddress {
  IpPrefix local;
  std::optional<IpAddress> peer{};
  std::optional<IpAddress> broadcast{};
  std::string label{};     ///< of IPv4: empty: the interface's name; ":1": that name and ":1"; else itself
  std::uint8_t scope = 0;  ///< RT_SCOPE_*
  std::uint32_t flags = 0; ///< IFA_F_*, without those that the kernel works out
  std::uint32_t valid = k_forever; ///< seconds, from when it was read
  std::uint32_t preferred = k_forever;
  std::uint32_t route_metric = 0; ///< of the route to its prefix; 0: the kernel's choice
  std::uint8_t protocol = 0;      ///< who made it (IFAPROT_*)
  bool operator==(const InterfaceAddress&) const = default;

  /// True of IPv6 if the kernel made it to have another one every day: it ends, and cannot be given away.
  [[nodiscard]] bool is_temporary() const;
  /// True of IPv6 if a router's word made it. It ends unless the router repeats its word.
  [[nodiscard]] bool is_from_a_router() const;
};

[[nodiscard]] std::string describe(const InterfaceAddress& address);
/// The same without lifetimes, which run.
[[nodiscard]] std::string describe_without_lifetimes(const InterfaceAddress& address);

/// What the kernel's numbers mean, or the number.
[[nodiscard]] std::string scope_name(std::uint32_t number);

/// Attributes that are kept as they came, for people.
[[nodiscard]] std::string describe(const std::vector<RawAttribute>& attributes);

} // namespace vdeup
