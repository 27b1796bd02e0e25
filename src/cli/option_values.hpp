#pragma once

#include "base/result.hpp"
#include "model/reach_target.hpp"
#include "model/uplink.hpp"
#include "privilege/elevation.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::cli {

using privilege::ElevationOptions;

/// Read the value of `-Z`: KSU, NOKSU, SUDO, NOSUDO and ALL in any letter case, separated by commas or
/// blanks. A NO beats its opposite. Errors: usage, naming the word.
[[nodiscard]] Result<ElevationOptions> parse_privilege(std::string_view text);

/// Read the value of `-r`: hosts, groups and macros, separated by blanks or commas, each `[user@]name[:port]`
/// with options in parentheses behind it, or before the first one for all. Only the form is checked: no word
/// can be taken for an option of another program, and no control character is in it.
/// Errors: usage, naming the word.
[[nodiscard]] Result<std::vector<std::string>> parse_hosts(std::string_view text);

/// Check the value of `-l`, a user's name on other hosts. Errors: usage.
[[nodiscard]] Result<std::string> parse_remote_user(std::string_view text);

/// Read the value of --probe: an address, or ADDRESS:PORT, [ADDRESS]:PORT. Errors: usage.
[[nodiscard]] Result<ReachTarget> parse_probe(std::string_view text);

/// Read a number of seconds from 1 to a day. Errors: usage, naming the option.
[[nodiscard]] Result<std::chrono::seconds> parse_seconds(std::string_view option, std::string_view text);

/// Check the value of `--uplink`: a kind of uplink, or `auto`. Errors: usage.
[[nodiscard]] Result<> check_uplink(std::string_view word);

/// Read the values of `--forward`. Errors: usage, also for two that want one port of the host.
[[nodiscard]] Result<std::vector<Forward>> parse_forwards(const std::vector<std::string>& texts);

/// Read a number of queues, 1 to 256 as the kernel has them. Errors: usage.
[[nodiscard]] Result<unsigned> parse_queues(std::string_view text);

} // namespace vdeup::cli
