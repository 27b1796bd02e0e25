#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::config {

/// The settings of configuration files (vdeup.conf(5)); empty: not set. Values are checked where they are
/// used, like options.
struct FileSettings {
  std::optional<std::string> socket_base{}; ///< CTYS_SOCKBASE
  std::optional<std::string> socket{};      ///< QEMUSOCK; can have %u and %U, the owner's name and number
  std::optional<std::string> mgmt{};        ///< QEMUMGMT; the same
  std::optional<std::string> bridge{};      ///< -b
  std::optional<std::string> share{};       ///< --share
  std::optional<std::string> uplink{};      ///< --uplink of run
  std::optional<std::string> debug{};       ///< -d
  std::optional<std::string> privilege{};   ///< -Z

  /// Add the settings of `weaker` that are not set here.
  [[nodiscard]] FileSettings over(const FileSettings& weaker) const;
};

/// Read the text of a file: lines `key = value`, blank lines, and comments from a `#` at the beginning of a
/// line. Pure. `path` is for the messages.
/// Errors: usage, naming file and line.
[[nodiscard]] Result<FileSettings> parse_config(std::string_view text, const std::string& path);

/// Read a file that belongs to root or to the caller; nothing if there is none.
/// Errors: usage for a bad line; refused if others can write to it; failed if it cannot be read.
[[nodiscard]] Result<FileSettings> read_config(const std::string& path, uid_t caller);

/// The settings of the caller's own file over those of the system's.
/// The caller's is vdeup.conf in his personal_directory().
[[nodiscard]] Result<FileSettings> read_configuration(uid_t caller);

/// Replace `%u` by the owner's name, `%U` by the uid and `%%` by `%`. Errors: usage for another letter.
[[nodiscard]] Result<std::string> expand(std::string_view text, const std::string& user, uid_t uid);

/// True if a path has `%u` or `%U` and so differs between owners.
[[nodiscard]] bool names_owner(std::string_view text);

} // namespace vdeup::config
