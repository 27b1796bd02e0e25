#include "vde/console_reply.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vdeup::vde {
namespace {

constexpr std::string_view k_data_begins = "0000 DATA END WITH '.'";
constexpr std::string_view k_data_ends = ".";

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// The errno value in `1NNN text`.
std::optional<int> parse_status(std::string_view line) {
  constexpr std::size_t digits = 4;
  constexpr int base = 1000;
  int number = 0;
  if (line.size() < digits || line.front() != '1')
    return std::nullopt;
  const auto [end, error] = std::from_chars(line.data(), line.data() + digits, number);
  if (error != std::errc{} || end != line.data() + digits)
    return std::nullopt;
  return number - base;
}

Error garbage(std::string_view bytes) {
  constexpr std::size_t excerpt = 60;
  return Error{ErrorKind::failed,
               "the management console gave no valid answer",
               fmt::format("it said '{}'", printable(bytes.substr(0, excerpt))),
               {}};
}

} // namespace

bool is_complete(std::string_view bytes) {
  return bytes.ends_with(k_prompt) || bytes.ends_with(k_end_of_session);
}

Result<Reply> parse_reply(std::string_view bytes) {
  Reply reply;
  std::string_view rest = bytes;
  if (rest.ends_with(k_prompt))
    rest.remove_suffix(k_prompt.size());
  if (rest.ends_with(k_end_of_session))
    return reply;
  std::string_view line = take_line(rest);
  if (line == k_data_begins) {
    while (!rest.empty() && (line = take_line(rest)) != k_data_ends)
      reply.lines.emplace_back(line);
    if (line != k_data_ends)
      return fail(garbage(bytes));
    line = take_line(rest);
  }
  const auto status = parse_status(line);
  if (!status || !rest.empty())
    return fail(garbage(bytes));
  reply.status = *status;
  return reply;
}

} // namespace vdeup::vde
