#pragma once

#include "base/identity.hpp"
#include "base/number.hpp"
#include "model/nic.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// Write bytes as one word, in hexadecimal behind an `x`: nothing in them can look like another word.
[[nodiscard]] std::string text_word(std::string_view text);

/// The words of a text, with one blank or line end between two. The first one that is not as it should be
/// makes all that follow empty.
class WordReader {
 public:
  /// `caller` is who is meant where a value says for whom it is, which no text does (model/fields.hpp).
  explicit WordReader(std::string_view text, const Identity& caller = {}) : m_left(text), m_caller(caller) {}

  [[nodiscard]] bool is_good() const { return m_is_good; }
  /// True if all was read, and all was right.
  [[nodiscard]] bool is_complete() const { return m_is_good && m_is_at_end; }
  /// The line that was read last, from 1 on, and the field that was wrong.
  [[nodiscard]] std::size_t line() const { return m_line; }
  [[nodiscard]] std::string_view wrong_field() const { return m_wrong_field; }
  [[nodiscard]] const Identity& caller() const { return m_caller; }

  std::string_view word();
  [[nodiscard]] std::string_view next_word() const { return WordReader{*this}.word(); }
  std::string bytes();
  std::optional<IpPrefix> prefix();

  /// Decimal, without a sign and without zeros before it.
  template <class Number>
  Number number(Number most = std::numeric_limits<Number>::max()) {
    const auto value = parse_number<Number>(word(), {.max = most, .is_canonical = true});
    if (!value)
      refuse();
    return m_is_good ? *value : Number{};
  }

  void refuse() { m_is_good = false; }
  /// Remember which field was wrong, if it is the first one.
  void name_wrong(std::string_view field) {
    if (!m_is_good && m_wrong_field.empty())
      m_wrong_field = field;
  }

 private:
  std::string_view m_left;
  Identity m_caller;
  std::size_t m_line = 1;
  bool m_is_at_end = false;
  bool m_is_good = true;
  std::string_view m_wrong_field{};
};

} // namespace vdeup
