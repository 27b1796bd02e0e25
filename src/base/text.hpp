#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vdeup {

/// Make foreign text harmless for a terminal and for tables: control characters, line ends and bytes that
/// are not ASCII become `\xNN`.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines, whose line ends stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// A text without the blanks, tabs and carriage returns at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The value of `KEY=value` among lines, without quotes around it; nothing if there is no such line.
[[nodiscard]] std::optional<std::string> value_of(std::string_view lines, std::string_view key);

/// Split a text at a character; parts can be empty.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at);

/// Split a text at any of these characters; no part is empty.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text,
                                                     std::string_view separators = " \t");

/// Remove the beginning of a text, if it is this one.
[[nodiscard]] bool take_prefix(std::string_view& text, std::string_view prefix);

/// Remove and return what precedes a separator, and remove the separator; all of the text if there is none.
std::string_view take_part(std::string_view& text, char separator);

/// Remove and return what precedes a separator, and remove the separator; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> take_until(std::string_view& text, std::string_view separator);

/// A text with its ASCII letters in upper case, whatever the locale.
[[nodiscard]] std::string upper_case(std::string_view text);

/// Replace `%%` by `%`, and `%` and a letter by the letter's value; nothing if a letter has no value.
[[nodiscard]] std::optional<std::string>
expand_percent(std::string_view text, const std::vector<std::pair<char, std::string>>& values);

/// Write the commas of a value twice, so that QEMU does not end it there.
[[nodiscard]] std::string double_commas(std::string_view text);

/// Quote a word so that sh(1) reads it back as it is; words that need no quotes stay bare.
[[nodiscard]] std::string shell_quote(std::string_view word);

/// Quote a whole command line, words separated by one blank.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

/// The element of `known` nearest to `word`, if it is near enough to be a typing error; else empty.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

} // namespace vdeup
