#pragma once

#include "cli/options.hpp"

#include <boost/program_options/options_description.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::cli {

/// All options, as Boost.Program_options knows and prints them. Letters have no long form unless both stand
/// in the manual page.
[[nodiscard]] boost::program_options::options_description all_options(Dialect dialect);

/// The command that a word names, in any letter case.
[[nodiscard]] std::optional<CommandWord> find_command(Dialect dialect, std::string word);

/// The words for all commands.
[[nodiscard]] std::vector<std::string_view> command_words(Dialect dialect);

/// The long options, with their dashes.
[[nodiscard]] std::vector<std::string> long_options(Dialect dialect);

} // namespace vdeup::cli
