#pragma once

#include "cli/options.hpp"

#include <string_view>

namespace vdeup::cli {

/// Do what `-H` asks for: show a manual in the viewer that the environment names, and by becoming it, or
/// print where the manual is; list the manuals; or say what -H takes. `own_page` is the name of the page that
/// is meant where none is named. Returns the exit status, and not at all once a viewer runs.
/// Errors: usage for an unknown topic; missing for a form that is not there; program_missing and
/// program_not_executable for a viewer that cannot be run.
[[nodiscard]] Result<int> help_command(const Invocation& call, std::string_view own_page);

} // namespace vdeup::cli
