#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// Split a text into words as sh(1) does, and as shell_quote() writes them for plain ASCII: blanks separate,
/// quotes and backslashes take blanks and quotes into a word. Nothing is expanded: `$`, `*`, `~` and `;` are
/// what they are. Pure.
/// Errors: usage for a quote without its end, or a backslash as the last byte.
[[nodiscard]] Result<std::vector<std::string>> shell_words(std::string_view text);

} // namespace vdeup
