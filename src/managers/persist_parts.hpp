#pragma once

#include "managers/persist.hpp"

#include <string>
#include <vector>

namespace vdeup::managers {

// What the languages of persist.hpp share.

/// Refuse a name with characters that are patterns, comments or quotes in one of these languages.
[[nodiscard]] Result<> check_plain(const IfName& name);
[[nodiscard]] Result<> check_plain_names(const BridgeConfiguration& bridge);

/// The addresses of one family, as they are written.
[[nodiscard]] std::vector<std::string> addresses_of(const BridgeConfiguration& bridge, bool is_ip6);
/// Of some addresses, those of one family.
[[nodiscard]] std::vector<std::string> texts_of(const std::vector<IpAddress>& addresses, bool is_ip6);

} // namespace vdeup::managers
