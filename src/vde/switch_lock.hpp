#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/network.hpp"

namespace vdeup::vde {

/// The right to change one switch: one process at a time has it (flock(2) on a file beside the socket
/// directory, `DIR.lock`, owned by the switch's owner).
///
/// It stands beside what it protects, and not in a runtime directory, because every caller must come to the
/// same file: root at boot has no runtime directory of the owner, and the owner's vanishes with the last
/// session. Released when the holder ends, however it ends. The caller acts as the owner.
class SwitchLock {
 public:
  /// Errors: timed_out if somebody else keeps it; refused if the file is not the owner's.
  [[nodiscard]] static Result<SwitchLock> acquire(const Scope& scope, const Deadline& deadline);

  /// Remove the file, because the switch is gone; the lock is held on until the end all the same.
  void remove_file();

 private:
  SwitchLock(UniqueFd fd, std::string path) : m_fd(std::move(fd)), m_path(std::move(path)) {}
  UniqueFd m_fd;
  std::string m_path;
};

} // namespace vdeup::vde
