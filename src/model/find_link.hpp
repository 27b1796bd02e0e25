#pragma once

#include "model/link.hpp"

#include <string_view>
#include <vector>

namespace vdeup {

/// The link of a name; null if there is none.
[[nodiscard]] const Link* find_link(const std::vector<Link>& links, std::string_view name);

} // namespace vdeup
