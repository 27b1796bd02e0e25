#pragma once

#include "base/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace vdeup::managers {

/// Files of managers in /run, which count until the next boot. Refuses paths that are not directly in
/// /run/systemd/network or /run/NetworkManager/conf.d, symbolic links on the way, and directories in which
/// other users could create them.
class RuntimeFiles {
 public:
  /// Write a file atomically with mode 0644; creates a missing directory. True if the file is new.
  /// Errors: conflict if another file has that name; refused; not_permitted.
  [[nodiscard]] Result<bool> put(const std::string& path, const std::string& text);

  /// Remove a file with this text, and its directory if it is empty and was created by this object. A missing
  /// file is no error. Errors: conflict if the file has another text, and it stays; as above.
  [[nodiscard]] Result<> remove(const std::string& path, const std::string& text);

 private:
  std::set<std::string> m_made; ///< directories
};

} // namespace vdeup::managers
