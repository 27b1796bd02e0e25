#pragma once

#include "base/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace vdeup::managers {

/// Files for managers below /run, where they count until the next boot. Nothing else is ever written: a path
/// that is not directly in /run/systemd/network or /run/NetworkManager/conf.d is refused, and so is a way
/// there that leads over a symbolic link, or through a directory in which others could put one.
class RuntimeFiles {
 public:
  /// Put a file in its place, whole or not at all, mode 0644; makes the directory if it is missing. True if
  /// it was not there before. Errors: conflict if something else has that name; refused; not_permitted.
  [[nodiscard]] Result<bool> put(const std::string& path, const std::string& text);

  /// Remove a file that still has this text, and the directory if it is empty and was made by this object.
  /// Errors: conflict if somebody has changed it, and it stays; as above. A file that is gone is none.
  [[nodiscard]] Result<> remove(const std::string& path, const std::string& text);

 private:
  std::set<std::string> m_made; ///< directories
};

} // namespace vdeup::managers
