#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>

namespace vdeup::vde {

/// A lock on one switch: flock(2) on a file beside the socket directory, `DIR.lock`, owned by the switch's
/// owner.
///
/// The file is not in a runtime directory, because all callers need the same file: root at boot has no
/// runtime directory of the owner, and the owner's is removed with the last session. The kernel releases the
/// lock when the holder ends. The caller acts as the owner.
class SwitchLock {
 public:
  /// Errors: timed_out if another process holds it; refused if the file is not the owner's.
  [[nodiscard]] static Result<SwitchLock> acquire(const Scope& scope, const Deadline& deadline);

  /// Acquire the lock for observation: no process changes the switch or attaches to it meanwhile (Session
  /// tells why observation can do harm). Makes no file; nothing if there is none, if it cannot be read, or at
  /// the deadline: observation goes on without the lock.
  [[nodiscard]] static std::optional<SwitchLock> share(const Scope& scope, const Deadline& deadline);

  /// Write a note for later calls into the file; empty: none. One line, at most 255 bytes. The owner can
  /// write anything there, so verify a note before acting on it.
  [[nodiscard]] Result<> write_note(const std::string& note);
  /// The note, or an empty text.
  [[nodiscard]] std::string read_note() const;

  /// Read the note without the lock; empty if there is none or no such file of the owner.
  [[nodiscard]] static std::string peek_note(const Scope& scope);

  /// Remove the file of a switch that is gone; the lock is still held.
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
