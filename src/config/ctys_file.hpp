#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::config {

// The `.ctys` file of a QEMU machine of the UnifiedSessionsManager is two things at once: metadata in
// comments,
// `#@#KEY = "value"`, which its tools look for in the text, and assignments, which its wrapper has bash
// source.

/// What a file that is called `.ctys` is. Until release 01.07 the wrapper had that name and the definition
/// was a `.conf`, so only the content tells.
enum class CtysContent {
  definition, ///< metadata of a QEMU machine, and assignments
  wrapper,    ///< the program that starts it
  other,
};
[[nodiscard]] CtysContent recognise_ctys(std::string_view text);

/// Refuse what is not the definition of a QEMU machine, and say what it is. Error: usage.
[[nodiscard]] Result<> require_definition(std::string_view text, const std::string& path);

/// The value of a metadata key: of its first line, without quotes and tabs. Nothing of it is ever executed.
[[nodiscard]] std::optional<std::string> ctys_metadata(std::string_view text, std::string_view key);

} // namespace vdeup::config
