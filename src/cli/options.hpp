#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::cli {

enum class CommandWord { run, create, cancel, check, info, ports, list };

/// A command line of vdeup, parsed.
struct Invocation {
  CommandWord command = CommandWord::info;
  config::Choice choice{};
  std::optional<std::string> bridge{}; ///< -b
  bool force = false;                  ///< -f
  bool help = false;                   ///< -h
  bool version = false;                ///< -V
  bool dry_run = false;
  bool json = false;
  bool remove_bridge = false;         ///< cancel --bridge
  std::vector<std::string> program{}; ///< run: the program and its arguments
};

/// Parse the words after argv[0]. Options stand before or after the command word; for `run` everything from
/// the first word after it that is no option belongs to the program.
/// Errors: usage, naming the offending word.
[[nodiscard]] Result<Invocation> parse_arguments(const std::vector<std::string>& words);

/// True if a command line is one of `run`, sound or not: then its failures have the exit statuses of run.
[[nodiscard]] bool is_about_run(const std::vector<std::string>& words);

/// The text of `vdeup -h`.
[[nodiscard]] std::string usage_text();

} // namespace vdeup::cli
