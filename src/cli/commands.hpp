#pragma once

#include "base/log.hpp"
#include "cli/options.hpp"
#include "config/config_file.hpp"

namespace vdeup::cli {

/// What a command works with.
struct Context {
  const Invocation& call;
  const config::FileSettings& files;
  const Log& log;
};

// One function for each command. Each prints its answer to standard output and returns its exit status;
// an Error is printed by the caller.

[[nodiscard]] Result<int> run_command(const Context& context);
[[nodiscard]] Result<int> create_command(const Context& context);
[[nodiscard]] Result<int> cancel_command(const Context& context);
[[nodiscard]] Result<int> check_command(const Context& context);
[[nodiscard]] Result<int> info_command(const Context& context);
[[nodiscard]] Result<int> ports_command(const Context& context);
[[nodiscard]] Result<int> confirm_command(const Context& context);
[[nodiscard]] Result<int> undo_command(const Context& context);
/// `list` and `listall`.
[[nodiscard]] Result<int> list_command(const Context& context);

} // namespace vdeup::cli
