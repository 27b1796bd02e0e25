#include "cli/log_level.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

namespace vdeup::cli {
namespace {

Error not_a_level(std::string_view part) {
  return Error{ErrorKind::usage, fmt::format("cannot use -d with '{}'", printable(part)),
               "it is no number and no part of a level",
               "-d 0, 1 or 2; ctys-setupVDE(1) tells of the syntax of old"};
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
  const std::string key = upper_case(part.substr(0, colon));
  const bool has_value = colon != std::string_view::npos;
  const auto number = has_value ? parse_number<unsigned>(part.substr(colon + 1)) : std::nullopt;
  if (!has_value) {
    if (const auto level = parse_number<unsigned>(part))
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

} // namespace

Result<LogLevel> parse_log_level(std::string_view text) {
  Levels levels;
  for (const std::string_view part : split(text, ','))
    if (!read_part(part, levels))
      return fail(not_a_level(part));
  return levels.sum();
}

} // namespace vdeup::cli
