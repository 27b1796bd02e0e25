#include "vde/console_reply.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace vdeup::vde {
namespace {

constexpr std::string_view k_data_begins = "0000 DATA END WITH '.'";
constexpr std::string_view k_data_ends = ".";

std::string_view take_last_line(std::string_view& rest) {
  if (rest.ends_with('\n'))
    rest.remove_suffix(1);
  const std::size_t begin = rest.rfind('\n') + 1; // 0 where there is none
  const std::string_view line = rest.substr(begin);
  rest = rest.substr(0, begin);
  return line;
}

/// The errno value in `1NNN text`.
std::optional<int> parse_status(std::string_view line) {
  constexpr std::size_t digits = 4;
  constexpr int base = 1000;
  const auto number = parse_number<int>(line.substr(0, digits), {.min = base, .max = 2 * base - 1});
  return number ? std::optional{*number - base} : std::nullopt;
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
  // From the end: among the data is text of clients, which can hold what looks like an end.
  const auto status = parse_status(take_last_line(rest));
  if (!status)
    return fail(garbage(bytes));
  reply.status = *status;
  if (rest.empty())
    return reply;
  if (take_part(rest, '\n') != k_data_begins || take_last_line(rest) != k_data_ends)
    return fail(garbage(bytes));
  while (!rest.empty())
    reply.lines.emplace_back(take_part(rest, '\n'));
  return reply;
}

} // namespace vdeup::vde
