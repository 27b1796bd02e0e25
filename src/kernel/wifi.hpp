#pragma once

#include "base/result.hpp"

#include <linux/netlink.h>

#include <optional>
#include <string>
#include <vector>

namespace vdeup::kernel {

/// Read an NL80211_CMD_NEW_INTERFACE message for the name of an interface that is a station without 4addr: it
/// sends with its own address only, so no bridge can stand behind it. Pure; nothing for all others.
[[nodiscard]] std::optional<std::string> parse_wifi_station(const nlmsghdr& message);

/// Read a CTRL_CMD_NEWFAMILY message for the number of a generic netlink family. Pure; nothing if it is of
/// another one.
[[nodiscard]] std::optional<int> parse_family_number(const nlmsghdr& message, const std::string& name);

/// List such stations; none if the kernel has no Wi-Fi.
[[nodiscard]] Result<std::vector<std::string>> list_wifi_stations();

} // namespace vdeup::kernel
