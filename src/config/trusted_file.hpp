#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace vdeup::config {

// Files decide what vdeup does with its caller's rights. A file is trusted if it belongs to root or to the
// caller, and only its owner can write to it.

/// Read a whole trusted file of at most 64 KiB; nothing if there is none.
/// Errors: refused if it is not trusted, no plain file or too large; else what the kernel says.
[[nodiscard]] Result<std::optional<std::string>> read_trusted_file(const std::string& path, uid_t caller);

/// Refuse a directory in which another user could replace files.
[[nodiscard]] Result<> check_trusted_directory(const std::string& path, uid_t caller);

/// Read a whole file with permissions for users. It and each directory above it must be root's, writable by
/// root alone, and no symbolic link. Nothing if there is no such file.
/// Errors: refused, as above; not_permitted if this process cannot read it.
[[nodiscard]] Result<std::optional<std::string>> read_root_file(const std::string& path);

/// The caller's own configuration: `$XDG_CONFIG_HOME/vdeup`, else `~/.config/vdeup`; nothing without a home.
/// The home of root is the one in the user database: `sudo` can leave HOME as another user has set it.
[[nodiscard]] std::optional<std::string> personal_directory(uid_t caller);

} // namespace vdeup::config
