#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace vdeup {

/// How a number has to be written, and between which bounds. Signs and blanks are never part of it.
template <std::integral Number>
struct NumberForm {
  Number min = 0;
  Number max = std::numeric_limits<Number>::max();
  int base = 10;
  bool is_canonical = false; ///< no leading zeros, so that each number has one text
};

/// Remove the digits at the beginning of a text; nothing, and nothing removed, if there are none or if they
/// exceed 64 bits.
[[nodiscard]] std::optional<std::uint64_t> take_digits(std::string_view& text, int base = 10);

/// Remove the number at the beginning of a text; nothing, and nothing removed, unless it has this form.
template <std::integral Number>
[[nodiscard]] std::optional<Number> take_number(std::string_view& text, NumberForm<Number> form = {}) {
  std::string_view rest = text;
  const auto number = take_digits(rest, form.base);
  const bool has_zeros = text.size() - rest.size() > 1 && text.front() == '0';
  if (!number || std::cmp_less(*number, form.min) || std::cmp_greater(*number, form.max) ||
      (form.is_canonical && has_zeros))
    return std::nullopt;
  text = rest;
  return static_cast<Number>(*number);
}

/// Read a whole text as a number of this form.
template <std::integral Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, NumberForm<Number> form = {}) {
  const auto number = take_number<Number>(text, form);
  return text.empty() ? number : std::nullopt;
}

} // namespace vdeup
