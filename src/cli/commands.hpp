#pragma once

#include "cli/options.hpp"

namespace vdeup::cli {

// One function for each command. Each prints its answer to standard output and returns its exit status;
// an Error is printed by the caller.

[[nodiscard]] Result<int> run_command(const Invocation& call);
[[nodiscard]] Result<int> create_command(const Invocation& call);
[[nodiscard]] Result<int> cancel_command(const Invocation& call);
[[nodiscard]] Result<int> check_command(const Invocation& call);
[[nodiscard]] Result<int> info_command(const Invocation& call);
[[nodiscard]] Result<int> ports_command(const Invocation& call);
[[nodiscard]] Result<int> list_command(const Invocation& call);

} // namespace vdeup::cli
