#pragma once

#include "base/result.hpp"

#include <dirent.h>

#include <memory>
#include <utility>

namespace vdeup {

/// Owns one file descriptor. Move-only; -1 means "none".
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : m_fd(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : m_fd(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  /// Borrow the descriptor; the owner still closes it.
  [[nodiscard]] int get() const { return m_fd; }
  [[nodiscard]] explicit operator bool() const { return m_fd >= 0; }

  /// Give the descriptor away; the caller closes it from here on.
  [[nodiscard]] int release() { return std::exchange(m_fd, -1); }

  /// Close what is owned and own `fd` instead. Leaves errno as it was.
  void reset(int fd = -1);

 private:
  int m_fd = -1;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { (void)::closedir(directory); }
};
/// Owns an open directory stream.
using UniqueDirectory = std::unique_ptr<DIR, CloseDirectory>;

/// Let a descriptor survive exec (on), or not (off).
[[nodiscard]] Result<> set_inheritable(int fd, bool inheritable);

/// The same open file under a number that is at least `lowest`, close-on-exec. Errors: no number is free.
[[nodiscard]] Result<UniqueFd> move_above(UniqueFd fd, int lowest);

/// Open /dev/null for each of descriptors 0, 1 and 2 that is closed, so that no other file gets their numbers
/// and the output of this process.
void fill_standard_streams();

} // namespace vdeup
