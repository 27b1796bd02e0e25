#pragma once

#include "base/result.hpp"
#include "model/nat.hpp"
#include "nat/forwarding.hpp"

#include <string>

namespace vdeup::nat {

// The sets of a record, and what kind of elements they have.
inline constexpr const char* k_forwarding_was_off = "forwarding_was_off"; // nf_proto
inline constexpr const char* k_redirects_were_off = "accept_redirects_was_off";
inline constexpr const char* k_ip4_was_on = "forwarding4_was_on"; // ifname
inline constexpr const char* k_ip6_was_on = "forwarding6_was_on";
inline constexpr const char* k_accept_ra_was_1 = "accept_ra_was_1";

/// Write the commands of nft(8) that make the table of a private network, in place of one that is there.
/// Every name in it can be quoted. Pure.
[[nodiscard]] std::string nat_table_commands(const std::string& table, const AddPrivateNetwork& step,
                                             const ForwardingRecord& record);

/// Write those that add to the record of a table. Pure.
[[nodiscard]] std::string record_commands(const std::string& table, const ForwardingRecord& record);

} // namespace vdeup::nat
