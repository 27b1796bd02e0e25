#pragma once

#include "config/profile.hpp"

#include <sys/types.h>

namespace vdeup::config {

/// The directories in which profiles are found by name, in order.
[[nodiscard]] std::vector<std::string> profile_directories(uid_t caller, const std::string& templates);

/// Read a profile: `word` is a file if it has a slash or ends in `.conf`, and else NAME, for NAME.conf in the
/// first of `directories` that has it. The words of a profile are run with the caller's rights, so it must be
/// trusted (trusted_file.hpp).
/// Errors: missing, naming what was looked for; refused; usage for a bad line.
[[nodiscard]] Result<Profile> read_profile(const std::string& word,
                                           const std::vector<std::string>& directories, uid_t caller);

} // namespace vdeup::config
