#pragma once

#include "model/ip_address.hpp"

#include <string_view>
#include <vector>

namespace vdeup::nat {

/// Read the addresses of name servers out of a resolv.conf(5). Pure.
[[nodiscard]] std::vector<IpAddress> read_name_servers(std::string_view text);

/// The name servers of this host: those of /etc/resolv.conf, and those behind systemd-resolved, which stands
/// there itself. What cannot be read has none.
[[nodiscard]] std::vector<IpAddress> list_name_servers();

} // namespace vdeup::nat
