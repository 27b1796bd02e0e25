#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace vdeup::cli {

/// From which importance on a message is shown.
enum class LogLevel { trace, debug, info, warning, error };

/// Read the value of `-d`: a number, or the level syntax of the 2010 tool,
/// `<n>|ALL[,PATTERN|P|MIN|MAX][,SUBSYSTEM|S:<n>][,WARNING|W:<n>][,INFO|I:<n>][,FILELIST|F:<files>][,PRINTFINAL|PFIN|PF[:<n>]]`.
///
/// 0 shows what is always shown, 1 also what is done (debug), 2 and more everything (trace). W:0, W:1, I:0
/// and I:1 hide warnings and information, 3 and more of them show more, as they did. Sources are not told
/// apart here, so S, F, MIN, MAX and PATTERN are read and make no difference. Errors: usage, naming the part
/// that is not understood.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view text);

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
  void info(std::string_view text) const;
  void warn(std::string_view text) const;
  [[nodiscard]] bool shows(LogLevel level) const { return level >= m_level; }
  [[nodiscard]] const std::string& program() const { return m_program; }

 private:
  std::string m_program;
  LogLevel m_level;
  std::unique_ptr<spdlog::logger> m_logger;
};

} // namespace vdeup::cli
