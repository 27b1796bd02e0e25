#include "cli/limited_options.hpp"

#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace vdeup::cli {
namespace {

constexpr unsigned bit(CommandWord command) {
  return 1U << static_cast<unsigned>(command);
}

constexpr unsigned k_run = bit(CommandWord::run);
constexpr unsigned k_create = k_run | bit(CommandWord::create);
constexpr unsigned k_change = k_create | bit(CommandWord::cancel) | bit(CommandWord::undo);
constexpr unsigned k_table = bit(CommandWord::ports) | bit(CommandWord::list) | bit(CommandWord::listall);

/// An option that has an effect on some commands only.
struct LimitedOption {
  const char* name; ///< as Boost.Program_options knows it
  unsigned commands;
};
constexpr std::array k_limited_options{
    LimitedOption{"-f", k_change},      LimitedOption{"-g", k_create},
    LimitedOption{"-i", k_create},      LimitedOption{"-n", k_table},
    LimitedOption{"-t", k_run},         LimitedOption{"bridge", bit(CommandWord::cancel)},
    LimitedOption{"ctys", k_run},       LimitedOption{"dry-run", k_change},
    LimitedOption{"forward", k_create}, LimitedOption{"lane", k_run},
    LimitedOption{"nic-model", k_run},  LimitedOption{"persist", bit(CommandWord::create)},
    LimitedOption{"queues", k_run},     LimitedOption{"reconnect", k_run},
    LimitedOption{"rm", k_run},         LimitedOption{"share", k_create},
    LimitedOption{"strict", k_run},     LimitedOption{"timing", k_run},
    LimitedOption{"uplink", k_create},
};

/// "run and create"
std::string names_of_commands(unsigned commands) {
  std::vector<std::string_view> names;
  for (const std::string_view word : command_words(Dialect::vdeup))
    if ((commands & bit(*find_command(Dialect::vdeup, std::string{word}))) != 0)
      names.push_back(word);
  const std::string_view last = names.back();
  names.pop_back();
  return names.empty() ? std::string{last} : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

} // namespace

Error usage(std::string what, std::string cause, std::string_view suggestion) {
  return Error{ErrorKind::usage, std::move(what), std::move(cause),
               suggestion.empty() ? "`vdeup -h` lists commands and options"
                                  : fmt::format("did you mean '{}'?", suggestion)};
}

Result<> check_effect(const boost::program_options::variables_map& values, CommandWord command,
                      Dialect dialect) {
  for (const auto& [name, commands] : k_limited_options) {
    const bool is_letter = name[0] == '-';
    if (values.count(name) == 0 || (commands & bit(command)) != 0 || (is_letter && dialect == Dialect::ctys))
      continue;
    std::string_view suggestion;
    if (commands == bit(CommandWord::cancel))
      suggestion = "-b";
    else if (commands == k_table && (k_change & bit(command)) != 0)
      suggestion = "--dry-run"; // as -n of make and rsync
    return fail(usage(fmt::format("cannot use {}{} here", is_letter ? "" : "--", name),
                      fmt::format("it belongs to {}", names_of_commands(commands)), suggestion));
  }
  return ok();
}

} // namespace vdeup::cli
