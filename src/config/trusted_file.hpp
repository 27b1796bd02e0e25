#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace vdeup::config {

// What a file says is done with the rights of whoever runs us, so it must not be somebody else's. "Trusted"
// is what belongs to root or to the caller, and can be written by its owner alone.

/// Read a whole trusted file of at most 64 KiB; nothing if there is none.
/// Errors: refused if it is not trusted, no plain file or too large; else what the kernel says.
[[nodiscard]] Result<std::optional<std::string>> read_trusted_file(const std::string& path, uid_t caller);

/// Refuse a directory in which somebody else could put another file in place of the one that is meant.
[[nodiscard]] Result<> check_trusted_directory(const std::string& path, uid_t caller);

/// Read a whole file that says what users may do: nobody but root can have written it or put it in its place.
/// It and each directory on the way to it are root's and written by root alone, and none is a symbolic link.
/// Nothing if there is no such file. Errors: refused, as above; not_permitted if this process may not read
/// it.
[[nodiscard]] Result<std::optional<std::string>> read_root_file(const std::string& path);

/// The caller's own configuration: `$XDG_CONFIG_HOME/vdeup`, else `~/.config/vdeup`; nothing without a home.
/// Root is at home where the user database says: `sudo` can leave HOME as another user has set it.
[[nodiscard]] std::optional<std::string> personal_directory(uid_t caller);

} // namespace vdeup::config
