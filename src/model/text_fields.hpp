#pragma once

#include "base/number.hpp"
#include "model/nic.hpp"

#include <limits>
#include <string>
#include <string_view>

namespace vdeup {

inline constexpr std::size_t k_max_elements = 4096; ///< attributes or next hops of one value

/// Write a text so that TextFields::text() reads it back, and nothing in it can look like a field.
[[nodiscard]] std::string text_field(std::string_view text);

/// The fields of one line. The first one that is not as it should be makes all that follow empty.
class TextFields {
 public:
  explicit TextFields(std::string_view line) : m_left(line) {}

  [[nodiscard]] bool is_good() const { return m_is_good; }
  /// True if all was read, and all was right.
  [[nodiscard]] bool is_complete() const { return m_is_good && m_is_at_end; }

  std::string_view word() {
    if (m_is_at_end)
      return refuse();
    const std::size_t blank = m_left.find(' ');
    const std::string_view word = m_left.substr(0, blank);
    m_is_at_end = blank == std::string_view::npos;
    m_left.remove_prefix(m_is_at_end ? m_left.size() : blank + 1);
    return word.empty() ? refuse() : word;
  }

  template <class Number>
  Number number(Number most = std::numeric_limits<Number>::max()) {
    const auto value = parse_number<Number>(word(), {.max = most, .is_canonical = true});
    if (!value)
      (void)refuse();
    return m_is_good ? *value : Number{};
  }
  bool flag() { return number<std::uint8_t>(1) != 0; }

  std::vector<std::uint8_t> bytes() {
    std::string_view digits = word();
    if (!digits.starts_with('x') || digits.size() % 2 == 0)
      (void)refuse();
    std::vector<std::uint8_t> bytes;
    for (digits.remove_prefix(m_is_good ? 1 : digits.size()); !digits.empty(); digits.remove_prefix(2)) {
      const auto byte = parse_number<std::uint8_t>(digits.substr(0, 2), {.base = 16});
      if (!byte)
        (void)refuse();
      bytes.push_back(byte.value_or(0));
    }
    return bytes;
  }
  std::string text() {
    const std::vector<std::uint8_t> read = bytes();
    return {read.begin(), read.end()};
  }

  /// A value that has a parse() of its own.
  template <class T>
  std::optional<T> value() {
    return parse<T>(word());
  }
  template <class T>
  std::optional<T> value_or_none() {
    const std::string_view text = word();
    return text == "-" ? std::nullopt : parse<T>(text);
  }
  std::optional<IpPrefix> prefix() { return parse_prefix(word()); }
  std::optional<IpPrefix> prefix_or_none() {
    const std::string_view text = word();
    return text == "-" ? std::nullopt : parse_prefix(text);
  }
  std::optional<std::uint32_t> number_or_none() {
    TextFields ahead = *this;
    if (ahead.word() != "-")
      return number<std::uint32_t>();
    *this = ahead;
    return std::nullopt;
  }
  std::vector<RawAttribute> raw() {
    std::vector<RawAttribute> attributes;
    for (auto left = number<std::size_t>(k_max_elements); left > 0 && m_is_good; --left) {
      const auto type = number<std::uint16_t>();
      attributes.push_back({type, bytes()});
      if (attributes.back().bytes.size() > std::numeric_limits<std::int16_t>::max())
        (void)refuse();
    }
    return attributes;
  }

 private:
  std::string_view refuse() {
    m_is_good = false;
    return {};
  }
  template <class T>
  std::optional<T> parse(std::string_view text) {
    auto parsed = T::parse(text);
    if (!parsed) {
      (void)refuse();
      return std::nullopt;
    }
    return std::move(parsed).value();
  }
  std::optional<IpPrefix> parse_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    auto address = parse<IpAddress>(text.substr(0, slash));
    TextFields rest{slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1)};
    const auto length = rest.number<std::uint8_t>(address && address->is_ip6() ? 128 : 32);
    if (!address || !rest.is_complete()) {
      (void)refuse();
      return std::nullopt;
    }
    return IpPrefix{*address, length};
  }

  std::string_view m_left;
  bool m_is_at_end = false;
  bool m_is_good = true;
};

} // namespace vdeup
