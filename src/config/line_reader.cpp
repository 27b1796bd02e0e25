#include "config/line_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vdeup::config {
namespace {

bool is_control(char byte) {
  constexpr char del = '\x7f';
  return (byte >= '\0' && byte < ' ' && byte != '\t') || byte == del;
}

Result<std::optional<Entry>> read_line(std::string_view line, const Place& place) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#')
    return std::optional<Entry>{};
  // A word of an argument vector ends at a NUL, and a terminal acts on the others.
  if (std::any_of(line.begin(), line.end(), is_control))
    return fail(bad_line(place, fmt::format("'{}' has a control character", printable(line))));
  if (line.front() == '[' && line.back() == ']')
    return std::optional{Entry{place.line, trimmed(line.substr(1, line.size() - 2))}};
  const std::size_t sign = line.find('=');
  if (sign == std::string_view::npos)
    return fail(bad_line(place, fmt::format("'{}' has no '='", printable(line)), "write it as KEY = VALUE"));
  const Entry entry{place.line, trimmed(line.substr(0, sign)), trimmed(line.substr(sign + 1))};
  if (entry.value.empty())
    return fail(bad_line(place, fmt::format("'{}' has no value", printable(entry.key)),
                         "leave the line out to say nothing"));
  return std::optional{entry};
}

} // namespace

Error bad_line(const Place& place, std::string cause, std::string hint) {
  return Error{ErrorKind::usage, fmt::format("cannot use line {} of {}", place.line, printable(place.path)),
               std::move(cause), std::move(hint)};
}

Error unknown_word(const Place& place, std::string_view word, const Vocabulary& vocabulary) {
  const std::string_view meant = nearest(word, vocabulary.words);
  return bad_line(place, fmt::format("there is no {} '{}'", vocabulary.kind, printable(word)),
                  meant.empty() ? fmt::format("{} lists the {}s", vocabulary.page, vocabulary.kind)
                                : fmt::format("did you mean '{}'?", meant));
}

Result<std::vector<Entry>> read_entries(std::string_view text, const std::string& path) {
  std::vector<Entry> entries;
  Place place{path, 0};
  while (!text.empty()) {
    ++place.line;
    TRY(auto entry, read_line(take_part(text, '\n'), place));
    if (entry)
      entries.push_back(*entry);
  }
  return entries;
}

} // namespace vdeup::config
