#pragma once

#include "model/link.hpp"
#include "model/names.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vdeup {

/// The link of a name; null if there is none.
[[nodiscard]] const Link* find_link(const std::vector<Link>& links, std::string_view name);
/// The link of an index; null if there is none, as for 0.
[[nodiscard]] const Link* find_link(const std::vector<Link>& links, std::uint32_t index);
/// The bridge that a link is a port of.
[[nodiscard]] std::optional<IfName> bridge_of(const Link& port, const std::vector<Link>& links);

} // namespace vdeup
