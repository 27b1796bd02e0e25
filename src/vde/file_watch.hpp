#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"

#include <string>

namespace vdeup::vde {

/// Tells when something in a directory is made or changed (inotify(7)).
class FileWatch {
 public:
  [[nodiscard]] static Result<FileWatch> on_directory(const std::string& path);

  /// Wait for an event. After the first, for at most a millisecond more: between bind(2) and listen(2) of a
  /// daemon a socket can be seen and not be connected to, and of the second nobody tells.
  [[nodiscard]] Result<> wait(const Deadline& deadline);

 private:
  explicit FileWatch(UniqueFd fd) : m_fd(std::move(fd)) {}
  UniqueFd m_fd;
  bool m_has_seen_event = false;
};

} // namespace vdeup::vde
