#include "base/log.hpp"

#include "base/text.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace vdeup {
namespace {

spdlog::level::level_enum native(LogLevel level) {
  switch (level) {
  case LogLevel::trace:
    return spdlog::level::trace;
  case LogLevel::debug:
    return spdlog::level::debug;
  case LogLevel::info:
    return spdlog::level::info;
  case LogLevel::warning:
    return spdlog::level::warn;
  case LogLevel::error:
    break;
  }
  return spdlog::level::err;
}

} // namespace

std::string with_hints(std::string_view text, const Hints& hints) {
  std::string shown = printable_lines(text);
  for (const std::string& hint : hints.lines())
    shown += "\n  hint: " + printable_lines(hint);
  return shown;
}

Log::Log(std::string program, LogLevel level)
    : m_program(std::move(program)),
      m_level(level),
      m_logger(std::make_unique<spdlog::logger>(printable(m_program),
                                                std::make_shared<spdlog::sinks::stderr_sink_st>())) {
  m_logger->set_level(native(level));
  m_logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      level < LogLevel::info ? "%n: %l +%o ms: %v" : "%n: %v", spdlog::pattern_time_type::local, "\n"));
}

Log::~Log() = default;

void Log::trace(std::string_view text) const {
  m_logger->trace(printable_lines(text));
}
void Log::debug(std::string_view text) const {
  m_logger->debug(printable_lines(text));
}
void Log::info(std::string_view text, const Hints& hints) const {
  m_logger->info(with_hints(text, hints));
}
void Log::warn(std::string_view text, const Hints& hints) const {
  m_logger->warn(with_hints(text, hints));
}

} // namespace vdeup
