#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace vdeup {
namespace {

bool is_plain_ascii(char byte) {
  return byte >= ' ' && byte <= '~';
}

bool is_bare_in_shell(char byte) {
  constexpr std::string_view punctuation = "@%_-+=:,./";
  const bool alphanumeric =
      (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return alphanumeric || punctuation.find(byte) != std::string_view::npos;
}

/// Quote what a terminal could act on: `$'\x1b'`, as bash, zsh and POSIX.1-2024 read it.
std::string ansi_quote(std::string_view word) {
  std::string quoted = "$'";
  for (const char byte : word) {
    if (byte == '\'' || byte == '\\')
      quoted += '\\';
    quoted += printable({&byte, 1});
  }
  return quoted + "'";
}

/// Levenshtein distance: insertions, deletions and replacements that turn one word into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string safe;
  safe.reserve(text.size());
  for (const char byte : text) {
    if (is_plain_ascii(byte)) {
      safe += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    safe += "\\x";
    safe += digits[value >> 4U];
    safe += digits[value & 0xfU];
  }
  return safe;
}

std::string printable_lines(std::string_view text) {
  std::string safe;
  for (auto line = take_until(text, "\n"); line; line = take_until(text, "\n"))
    safe += printable(*line) + "\n";
  return safe + printable(text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<std::string> value_of(std::string_view lines, std::string_view key) {
  for (std::string_view line : split(lines, '\n')) {
    if (!take_prefix(line, key) || !take_prefix(line, "="))
      continue;
    if (line.size() >= 2 && line.front() == line.back() && (line.front() == '"' || line.front() == '\''))
      line = line.substr(1, line.size() - 2);
    return std::string{line};
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0;
       (begin = text.find_first_not_of(separators, begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  const bool has_it = text.starts_with(prefix);
  if (has_it)
    text.remove_prefix(prefix.size());
  return has_it;
}

std::string_view take_part(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::optional<std::string_view> take_until(std::string_view& text, std::string_view separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos)
    return std::nullopt;
  const std::string_view before = text.substr(0, end);
  text.remove_prefix(end + separator.size());
  return before;
}

std::string upper_case(std::string_view text) {
  std::string upper{text};
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char byte) {
    return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
  });
  return upper;
}

std::optional<std::string> expand_percent(std::string_view text,
                                          const std::vector<std::pair<char, std::string>>& values) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      expanded += text[i];
      continue;
    }
    const char letter = ++i < text.size() ? text[i] : '\0';
    const auto value =
        std::find_if(values.begin(), values.end(), [letter](const auto& one) { return one.first == letter; });
    if (letter != '%' && value == values.end())
      return std::nullopt;
    expanded += letter == '%' ? "%" : value->second;
  }
  return expanded;
}

std::string double_commas(std::string_view text) {
  std::string doubled;
  for (const char byte : text)
    doubled.append(byte == ',' ? 2 : 1, byte);
  return doubled;
}

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_bare_in_shell))
    return std::string{word};
  if (!std::all_of(word.begin(), word.end(), is_plain_ascii))
    return ansi_quote(word);
  std::string quoted = "'";
  for (const char byte : word) {
    if (byte == '\'')
      quoted += "'\\''";
    else
      quoted += byte;
  }
  return quoted + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty())
      line += ' ';
    line += shell_quote(word);
  }
  return line;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  constexpr std::size_t furthest_typo = 2;
  std::string_view best;
  std::size_t best_distance = furthest_typo + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

} // namespace vdeup
