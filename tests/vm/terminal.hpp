#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace vmlab {

/// A program at a terminal of its own, as a login shell is; killed with all that it started at the end.
class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& line);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  [[nodiscard]] pid_t pid() const { return m_pid; }

  /// Press keys.
  void type(const std::string& keys) const;

  /// Wait until `text` has come since the last text that was waited for. False after `patience`.
  bool shows(const std::string& text, std::chrono::milliseconds patience = std::chrono::seconds{30});

  /// Everything that has come.
  [[nodiscard]] const std::string& all() const { return m_all; }

  /// Give the window another size; the kernel tells it to the programs in the foreground.
  void resize(unsigned short rows, unsigned short columns) const;

  /// Close the window.
  void hang_up();

  /// The process group in the foreground.
  [[nodiscard]] pid_t foreground() const;

 private:
  int m_fd = -1;
  pid_t m_pid = -1;
  std::string m_all;
  std::size_t m_seen = 0; ///< of m_all, by shows()
};

} // namespace vmlab
