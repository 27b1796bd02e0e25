#pragma once

#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/option_values.hpp"
#include "config/settings.hpp"
#include "launch/launch_options.hpp"
#include "model/reach_target.hpp"
#include "model/uplink.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::cli {

enum class CommandWord { run, create, cancel, check, info, ports, list, listall, confirm, undo };

/// Under which name, and so with which commands, the program was called.
enum class Dialect {
  vdeup,
  ctys, ///< ctys-setupVDE: the setup commands only
};

/// How a NIC is moved.
struct MoveArguments {
  std::chrono::seconds timeout{10};              ///< --timeout: until the new way has to be proven
  std::optional<std::chrono::seconds> confirm{}; ///< --confirm: until `vdeup confirm` has to come
  bool persist = false;                          ///< --persist: print the configuration that keeps it
  bool has_timeout = false;                      ///< --timeout was given
};

/// A command line, parsed.
struct Invocation {
  CommandWord command = CommandWord::info;
  config::Choice choice{};                  ///< -u, -s, -S, -g, --share
  std::optional<std::string> bridge{};      ///< -b
  std::optional<LogLevel> log_level{};      ///< -d
  std::optional<std::string> uplink{};      ///< --uplink
  std::vector<Forward> forwards{};          ///< --forward
  bool force = false;                       ///< -f
  bool help = false;                        ///< -h
  std::optional<std::string> help_topic{};  ///< -H; empty: one's own page
  std::optional<std::string> interface {};  ///< -i
  std::optional<std::string> remote_user{}; ///< -l
  bool no_heading = false;                  ///< -n
  std::vector<std::string> remote_hosts{};  ///< -r
  bool version = false;                     ///< -V
  bool terse = false;                       ///< -X
  ElevationOptions privilege{};             ///< -Z, --no-prompt
  bool dry_run = false;
  bool json = false;
  bool remove_bridge = false;        ///< cancel --bridge
  std::vector<ReachTarget> probes{}; ///< --probe
  MoveArguments move{};
  launch::LaunchOptions run{};
  std::vector<std::string> program{}; ///< run: the program and its arguments; with a profile, more arguments
};

/// Parse the words after argv[0]. Options stand before or after the command word; for `run` everything from
/// the first word after it that is no option belongs to the program.
/// Errors: usage, naming the offending word.
[[nodiscard]] Result<Invocation> parse_arguments(const std::vector<std::string>& words,
                                                 Dialect dialect = Dialect::vdeup);

/// True if a command line is one of `run`, sound or not: then its failures have the exit statuses of run.
[[nodiscard]] bool is_about_run(const std::vector<std::string>& words, Dialect dialect = Dialect::vdeup);

/// The text of `-h`.
[[nodiscard]] std::string usage_text(Dialect dialect);

} // namespace vdeup::cli
