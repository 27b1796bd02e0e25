#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace vdeup {

/// From which importance on a message is shown.
enum class LogLevel { trace, debug, info, warning, error };

/// A text for people with its hints below it, one a line. What a terminal could take for a command is made
/// printable.
[[nodiscard]] std::string with_hints(std::string_view text, const Hints& hints);

/// Messages for people, on standard error, each as `PROGRAM: text`; below `info` with their level and the
/// milliseconds since the one before. Foreign text in them is made printable here.
class Log {
 public:
  Log(std::string program, LogLevel level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void trace(std::string_view text) const;
  void debug(std::string_view text) const;
  void info(std::string_view text, const Hints& hints = {}) const;
  void warn(std::string_view text, const Hints& hints = {}) const;
  [[nodiscard]] bool shows(LogLevel level) const { return level >= m_level; }
  [[nodiscard]] const std::string& program() const { return m_program; }

 private:
  std::string m_program;
  LogLevel m_level;
  std::unique_ptr<spdlog::logger> m_logger;
};

} // namespace vdeup
