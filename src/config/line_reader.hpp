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

/// Say what is wrong with a line. Its kind is usage.
[[nodiscard]] Error bad_line(const Place& place, std::string cause, std::string hint = {});

/// What there is to choose from, for a word that is not among it.
struct Vocabulary {
  std::string_view kind; ///< "setting"
  std::vector<std::string_view> words{};
  std::string_view page; ///< the manual page that lists them
};
/// "there is no KIND 'WORD'", with the word that was meant, or the page.
[[nodiscard]] Error unknown_word(const Place& place, std::string_view word, const Vocabulary& vocabulary);

/// A line that says something: `[KEY]`, which has no value, or `KEY = VALUE`, which has one.
struct Entry {
  std::size_t line = 0; ///< the first line is 1
  std::string_view key;
  std::string_view value{};

  [[nodiscard]] bool is_heading() const { return value.empty(); }
};

/// Read the lines of a text: blank ones and comments, whose first sign is `#`, are left out; blanks around
/// key and value do not count; nothing is quoted. Pure. The entries look into `text`. Errors: usage, naming
/// file and line, for any other line, and for control characters.
[[nodiscard]] Result<std::vector<Entry>> read_entries(std::string_view text, const std::string& path);

} // namespace vdeup::config
