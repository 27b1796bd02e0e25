#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>

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

  /// Take part in the lock, as one who only looks: nobody changes the switch or attaches to it meanwhile (see
  /// Session for why a mere look can do harm). Makes no file, and gives up silently where there is none,
  /// where it may not be read, or at the deadline: a look is worth more than good manners.
  [[nodiscard]] static std::optional<SwitchLock> share(const Scope& scope, const Deadline& deadline);

  /// Leave a note in the file for whoever comes next; empty: none. One line, at most 255 bytes. It is the
  /// owner's word and no more: what it says is to be looked at before it is acted on.
  [[nodiscard]] Result<> write_note(const std::string& note);
  /// The note that is there, or an empty text.
  [[nodiscard]] std::string read_note() const;

  /// Read the note without the lock; empty if there is none or no such file of the owner.
  [[nodiscard]] static std::string peek_note(const Scope& scope);

  /// Remove the file, because there is no switch to protect; the lock is held until the end all the same.
  void remove_file();

  /// True if there was no file before.
  [[nodiscard]] bool has_made_file() const { return m_has_made_file; }

 private:
  SwitchLock(UniqueFd fd, std::string path, bool has_made_file)
      : m_fd(std::move(fd)), m_path(std::move(path)), m_has_made_file(has_made_file) {}
  UniqueFd m_fd;
  std::string m_path;
  bool m_has_made_file;
};

} // namespace vdeup::vde
