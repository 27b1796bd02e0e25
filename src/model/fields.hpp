#pragma once

#include "model/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace vdeup {

// Theory of operation: values as text, for another process of ours.
//
// 1. Each type has one list of its fields (Fields<T>), by which it is both written and read. The list names
//    every member, in the order of their declaration, with the values that fit where not all do.
// 2. A value is words (model/words.hpp): numbers are decimal, texts hexadecimal, enumerations have names, `-`
//    is a value that is not there, a list begins with its length, and one of several types with its name.
// 3. Each value has one form. What is read is written again, and refused if that is not the same text.
// 4. No text says for whom a value is: an OwnerField is whom the reader takes for its caller.

/// To be specialised: `list`, a std::tuple of fields; where values need it `name`, a word to begin with, and
/// `is_valid(const T&)`, for what no field says alone.
template <class T>
struct Fields;

template <class T, class Member>
struct Field {
  using Value = Member;
  std::string_view name;
  Member T::*member;
  bool (*is_valid)(const Member&) = nullptr;
};
template <class T, class Member>
Field(std::string_view, Member T::*) -> Field<T, Member>;
template <class T, class Member, class Check>
Field(std::string_view, Member T::*, Check) -> Field<T, Member>;

/// Whose a value is (uid_t, or Identity). Not written.
template <class T, class Member>
struct OwnerField {
  using Value = Member;
  Member T::*member;
};

/// The names of an enumeration's values, in their order. To be specialised.
template <class Enum>
inline constexpr std::array<std::string_view, 0> k_names_of{};

/// For Field: a number is not above this one.
template <auto most>
[[nodiscard]] constexpr bool is_up_to(const decltype(most)& value) {
  return value <= most;
}
/// For Field: a list, or a text, has at most so many elements.
template <class List, std::size_t most>
[[nodiscard]] constexpr bool has_up_to(const List& list) {
  return list.size() <= most;
}

template <class T>
concept HasFields = requires {
  Fields<T>::list;
};
template <class T>
concept HasName = requires {
  Fields<T>::name;
};
template <class T>
concept HasCheck = requires(const T& value) {
  Fields<T>::is_valid(value);
};
template <class T>
concept IsOneWord = requires(const T& value) {
  T::parse(std::string_view{});
  value.str();
};
template <class T, template <class...> class Template>
inline constexpr bool k_is = false;
template <class... Args, template <class...> class Template>
inline constexpr bool k_is<Template<Args...>, Template> = true;

/// How the texts of one kind begin: with a word that names their version.
struct TextForm {
  std::string_view version;
  char before_name = ' '; ///< or a line end, which makes lines of the text
};

/// Writes values one after the other.
class FieldWriter {
 public:
  explicit FieldWriter(const TextForm& form) : m_text(form.version), m_before_name(form.before_name) {}

  template <class T>
  FieldWriter& put(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
      add(value ? "1" : "0");
    else if constexpr (std::is_enum_v<T>)
      add(k_names_of<T>.at(static_cast<std::size_t>(value)));
    else if constexpr (std::is_integral_v<T>)
      add(std::to_string(value));
    else if constexpr (std::is_same_v<T, std::chrono::seconds>)
      add(std::to_string(value.count()));
    else if constexpr (std::is_same_v<T, std::string>)
      add(text_word(value));
    else if constexpr (std::is_same_v<T, std::vector<std::uint8_t>>)
      add(text_word(std::string{value.begin(), value.end()}));
    else if constexpr (std::is_same_v<T, SocketPath>)
      add(text_word(value.str()));
    else if constexpr (std::is_same_v<T, IpPrefix> || IsOneWord<T>)
      add(value.str());
    else if constexpr (k_is<T, std::optional>)
      value ? (void)put(*value) : add("-");
    else if constexpr (k_is<T, std::vector>)
      put_list(value);
    else if constexpr (k_is<T, std::variant>)
      std::visit([this](const auto& one) { put(one); }, value);
    else if constexpr (HasFields<T>)
      put_fields(value);
    else
      m_can_be_written = false;
    return *this;
  }

  /// Nothing if there was a value of a type without a list.
  [[nodiscard]] std::optional<std::string> text() && {
    return m_can_be_written ? std::optional{std::move(m_text)} : std::nullopt;
  }

 private:
  void add(std::string_view word) { m_text.append(" ").append(word); }
  template <class T>
  void put_list(const std::vector<T>& values) {
    put(values.size());
    for (const T& value : values)
      put(value);
  }
  template <class T>
  void put_fields(const T& value) {
    if constexpr (HasName<T>)
      (m_text += m_before_name).append(Fields<T>::name);
    const auto put_field = [&]<class Each>(const Each& field) {
      if constexpr (k_is<Each, Field>)
        put(value.*field.member);
    };
    std::apply([&](const auto&... fields) { (put_field(fields), ...); }, Fields<T>::list);
  }

  std::string m_text;
  char m_before_name;
  bool m_can_be_written = true;
};

template <class T>
[[nodiscard]] std::optional<T> take(WordReader& words);

namespace detail {

template <class T>
std::optional<T> refuse(WordReader& words) {
  words.refuse();
  return std::nullopt;
}

template <class T>
std::optional<T> accept(WordReader& words, Result<T> parsed) {
  return parsed ? std::optional{std::move(parsed).value()} : refuse<T>(words);
}

template <class Enum>
std::optional<Enum> take_name(WordReader& words) {
  const auto& names = k_names_of<Enum>;
  const auto found = std::find(names.begin(), names.end(), words.word());
  return found == names.end() ? refuse<Enum>(words) : std::optional{static_cast<Enum>(found - names.begin())};
}

template <class T>
std::optional<std::vector<T>> take_list(WordReader& words) {
  std::vector<T> values;
  for (auto left = words.number<std::size_t>(); left > 0 && words.is_good(); --left)
    if (auto value = take<T>(words))
      values.push_back(std::move(*value));
  return values;
}

template <class Each>
std::optional<typename Each::Value> take_field(const Each& field, WordReader& words) {
  using Value = typename Each::Value;
  if constexpr (!k_is<Each, Field>) {
    if constexpr (std::is_same_v<Value, Identity>)
      return words.caller();
    else
      return words.caller().uid;
  } else {
    auto value = take<Value>(words);
    if (value && field.is_valid != nullptr && !field.is_valid(*value))
      words.refuse();
    words.name_wrong(field.name);
    return value;
  }
}

template <class T>
std::optional<T> take_fields(WordReader& words) {
  const auto build = [&words](const auto&... fields) -> std::optional<T> {
    std::tuple<std::optional<typename std::remove_cvref_t<decltype(fields)>::Value>...> values{
        take_field(fields, words)...}; // in braces: in this order
    if (!words.is_good())
      return std::nullopt;
    return std::apply([](auto&... each) { return std::optional{T{std::move(*each)...}}; }, values);
  };
  auto value = std::apply(build, Fields<T>::list);
  if constexpr (HasCheck<T>)
    if (value && !Fields<T>::is_valid(*value))
      return refuse<T>(words);
  return value;
}

/// Take the alternative with the name that comes next; nothing, and no word, if none has it.
template <class Variant, class Alternative>
void take_if_named(WordReader& words, std::optional<Variant>& taken) {
  if constexpr (k_is<Alternative, std::variant>) {
    [&]<class... Inner>(std::type_identity<std::variant<Inner...>>) {
      std::optional<Alternative> inner;
      (take_if_named<Alternative, Inner>(words, inner), ...);
      if (inner && !taken)
        taken = Variant{std::move(*inner)};
    }(std::type_identity<Alternative>{});
  } else if constexpr (HasName<Alternative>) {
    if (!taken && words.next_word() == Fields<Alternative>::name)
      if (auto value = take<Alternative>(words))
        taken = Variant{std::move(*value)};
  }
}

template <class... Alternatives>
std::optional<std::variant<Alternatives...>>
take_one_of(WordReader& words, std::type_identity<std::variant<Alternatives...>> /*type*/) {
  std::optional<std::variant<Alternatives...>> taken;
  (take_if_named<std::variant<Alternatives...>, Alternatives>(words, taken), ...);
  if (!taken)
    words.refuse();
  return taken;
}

} // namespace detail

/// Read one value. Nothing if a word is not as it should be; then `words` is not good any more.
template <class T>
std::optional<T> take(WordReader& words) {
  if constexpr (std::is_same_v<T, bool>) {
    return words.number<std::uint8_t>(1) != 0;
  } else if constexpr (std::is_enum_v<T>) {
    return detail::take_name<T>(words);
  } else if constexpr (std::is_integral_v<T>) {
    return words.number<T>();
  } else if constexpr (std::is_same_v<T, std::chrono::seconds>) {
    return std::chrono::seconds{words.number<std::uint32_t>()};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return words.bytes();
  } else if constexpr (std::is_same_v<T, std::vector<std::uint8_t>>) {
    const std::string bytes = words.bytes();
    return std::vector<std::uint8_t>{bytes.begin(), bytes.end()};
  } else if constexpr (std::is_same_v<T, SocketPath>) {
    return detail::accept<T>(words, SocketPath::directory(words.bytes()));
  } else if constexpr (std::is_same_v<T, IpPrefix>) {
    return words.prefix();
  } else if constexpr (IsOneWord<T>) {
    return detail::accept<T>(words, T::parse(words.word()));
  } else if constexpr (k_is<T, std::optional>) {
    if (words.next_word() != "-")
      return take<typename T::value_type>(words);
    (void)words.word();
    return std::optional{T{}};
  } else if constexpr (k_is<T, std::vector>) {
    return detail::take_list<typename T::value_type>(words);
  } else if constexpr (k_is<T, std::variant>) {
    return detail::take_one_of(words, std::type_identity<T>{});
  } else {
    if constexpr (HasName<T>)
      if (words.word() != Fields<T>::name)
        return detail::refuse<T>(words);
    return detail::take_fields<T>(words);
  }
}

/// Write a value. Nothing if it is of a type without a list.
template <class T>
[[nodiscard]] std::optional<std::string> write_text(const TextForm& form, const T& value) {
  FieldWriter writer{form};
  writer.put(value);
  return std::move(writer).text();
}

/// Read what write_text() has written. Errors: usage; its cause says in which line, and which field.
template <class T>
[[nodiscard]] Result<T> read_text(const TextForm& form, std::string_view text, const Identity& caller = {}) {
  WordReader words{text, caller};
  if (words.word() != form.version)
    return fail(Error{ErrorKind::usage, {}, fmt::format("it does not begin with {}", form.version), {}});
  auto value = take<T>(words);
  if (value && words.is_complete() && write_text(form, *value) == text)
    return *std::move(value);
  const std::string_view field = words.wrong_field();
  return fail(Error{ErrorKind::usage,
                    {},
                    fmt::format("line {} is not as {} has it{}", words.line(), form.version,
                                field.empty() ? "" : fmt::format(": {}", field)),
                    {}});
}

} // namespace vdeup
