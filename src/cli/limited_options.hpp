#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <boost/program_options/variables_map.hpp>

#include <string>
#include <string_view>

namespace vdeup::cli {

/// An error in the command line, with a hint: the suggestion, or where the options are listed.
[[nodiscard]] Error usage(std::string what, std::string cause, std::string_view suggestion = {});

/// Require that each option has an effect on the command: one without is a mistake. Scripts for the 2010 tool
/// may have its letters anywhere. Errors: usage, naming the option and its commands.
[[nodiscard]] Result<> check_effect(const boost::program_options::variables_map& values, CommandWord command,
                                    Dialect dialect);

} // namespace vdeup::cli
