#include "cli/log.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace vdeup::cli {
namespace {

Error not_a_level(std::string_view part) {
  return Error{ErrorKind::usage, fmt::format("cannot use -d with '{}'", printable(part)),
               "it is no number and no part of a level",
               "-d 0, 1 or 2; ctys-setupVDE(1) tells of the syntax of old"};
}

std::string upper(std::string_view text) {
  std::string word{text};
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word;
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && at == end && !text.empty() ? std::optional{number} : std::nullopt;
}

/// What the parts of a level add up to.
struct Levels {
  unsigned debug = 0;
  unsigned warning = 2; // in the old tool a message of level n is shown if its setting is above n
  unsigned info = 2;

  [[nodiscard]] LogLevel sum() const {
    if (debug > 1)
      return LogLevel::trace;
    if (debug == 1 || warning > 2 || info > 2)
      return LogLevel::debug;
    if (info == 2)
      return LogLevel::info;
    return warning == 2 ? LogLevel::warning : LogLevel::error;
  }
};

constexpr unsigned k_all = 99;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Read one part between two commas.
bool read_part(std::string_view part, Levels& levels) {
  const std::size_t colon = part.find(':');
  const std::string key = upper(part.substr(0, colon));
  const bool has_value = colon != std::string_view::npos;
  const auto number = has_value ? parse_number(part.substr(colon + 1)) : std::nullopt;
  if (!has_value) {
    if (const auto level = parse_number(part))
      levels.debug = *level;
    else if (key == "ALL")
      levels.debug = k_all;
    else if (is_one_of(key, {"PRINTFINAL", "PFIN", "PF"}))
      levels.debug = std::max(levels.debug, 1U); // the line that becomes QEMU is shown among what is done
    else
      return is_one_of(key, {"PATTERN", "P", "MIN", "MAX"});
    return true;
  }
  if (is_one_of(key, {"FILELIST", "F"}))
    return true;
  if (!number)
    return false;
  if (is_one_of(key, {"WARNING", "W"}))
    levels.warning = *number;
  else if (is_one_of(key, {"INFO", "I"}))
    levels.info = *number;
  else if (is_one_of(key, {"PRINTFINAL", "PFIN", "PF"}))
    levels.debug = std::max(levels.debug, 1U);
  else
    return is_one_of(key, {"SUBSYSTEM", "S"});
  return true;
}

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

Result<LogLevel> parse_log_level(std::string_view text) {
  Levels levels;
  std::string_view rest = text;
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    if (!read_part(part, levels))
      return fail(not_a_level(part));
    if (comma == std::string_view::npos)
      return levels.sum();
    rest.remove_prefix(comma + 1);
  }
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
void Log::info(std::string_view text) const {
  m_logger->info(printable_lines(text));
}
void Log::warn(std::string_view text) const {
  m_logger->warn(printable_lines(text));
}

} // namespace vdeup::cli
