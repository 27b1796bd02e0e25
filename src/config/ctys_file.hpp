#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::config {

// The `.ctys` file of a QEMU machine of the UnifiedSessionsManager has two parts: metadata in comments,
// `#@#KEY = "value"`, which its tools search in the text, and assignments, which its wrapper has bash source.

/// The kind of a `.ctys` file. Until release 01.07 the wrapper had that name and the definition was a
/// `.conf`, so only the content tells.
enum class CtysContent {
  definition, ///< metadata of a QEMU machine, and assignments
  wrapper,    ///< the program that starts it
  other,
};
[[nodiscard]] CtysContent recognise_ctys(std::string_view text);

/// Refuse a file that is not the definition of a QEMU machine. Errors: usage, naming what it is.
[[nodiscard]] Result<> require_definition(std::string_view text, const std::string& path);

/// The value of a metadata key: of its first line, without quotes and tabs. Nothing of it is ever executed.
[[nodiscard]] std::optional<std::string> ctys_metadata(std::string_view text, std::string_view key);

} // namespace vdeup::config
