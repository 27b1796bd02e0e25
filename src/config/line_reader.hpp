#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::config {

/// The place of a line, for messages.
struct Place {
  std::string path;
  std::size_t line = 0;
};

/// An error about a line. Its kind is usage.
[[nodiscard]] Error bad_line(const Place& place, std::string cause, std::string hint = {});

/// The valid words, for an error about another one.
struct Vocabulary {
  std::string_view kind; ///< "setting"
  std::vector<std::string_view> words{};
  std::string_view page; ///< the manual page that lists them
};
/// "there is no KIND 'WORD'", with the word that was meant, or the page.
[[nodiscard]] Error unknown_word(const Place& place, std::string_view word, const Vocabulary& vocabulary);

/// A line `[KEY]`, which has no value, or `KEY = VALUE`.
struct Entry {
  std::size_t line = 0; ///< the first line is 1
  std::string_view key;
  std::string_view value{};

  [[nodiscard]] bool is_heading() const { return value.empty(); }
};

/// Read the lines of a text without blank ones and comments (`#`). Blanks around key and value are removed;
/// there is no quoting. Pure. The entries refer to `text`. Errors: usage, naming file and line, for any other
/// line and for control characters.
[[nodiscard]] Result<std::vector<Entry>> read_entries(std::string_view text, const std::string& path);

} // namespace vdeup::config
