#pragma once

#include "config/line_reader.hpp"
#include "config/profile.hpp"

#include <initializer_list>
#include <utility>

namespace vdeup::config {

/// One value of a profile, and its parsers. They replace `%d`, `%u` and `%%`. Errors: usage, naming the line.
class ProfileValue {
 public:
  ProfileValue(std::string_view text, Place place, const ProfileOrigin& origin)
      : m_text(text), m_place(std::move(place)), m_origin(origin) {}

  /// A text that QEMU takes as it is.
  [[nodiscard]] Result<std::string> text() const;
  /// A text in which a comma ends a property: commas of a `%d` are doubled, unless the value begins with the
  /// `%d` and so is a path as a whole.
  [[nodiscard]] Result<std::string> option() const;
  /// A file: absolute, or relative to the profile's directory. `PROTOCOL:…` is not changed.
  [[nodiscard]] Result<std::string> path() const;
  /// A program: a name, or a path if it has a slash.
  [[nodiscard]] Result<std::string> program() const;
  /// Words, quoted as for sh(1), each of them as option().
  [[nodiscard]] Result<std::vector<std::string>> words() const;

  /// A text of letters, digits and the signs in `signs`, beginning with a letter or a digit.
  [[nodiscard]] Result<std::string> word(std::string_view signs) const;
  [[nodiscard]] Result<std::string> memory_size() const;
  [[nodiscard]] Result<std::string> uuid() const;
  [[nodiscard]] Result<unsigned> number(unsigned least, unsigned most) const;
  [[nodiscard]] Result<bool> yes_or_no() const;
  /// The address of one NIC.
  [[nodiscard]] Result<MacAddress> mac() const;
  /// The socket directory of a switch.
  [[nodiscard]] Result<SocketPath> switch_directory() const;

  /// One of a few words.
  [[nodiscard]] Result<std::string> one_of(std::vector<std::string_view> words) const;
  /// What one of a few words stands for.
  template <class T>
  [[nodiscard]] Result<T> choice(std::initializer_list<std::pair<std::string_view, T>> choices) const {
    std::vector<std::string_view> words;
    for (const auto& [word, meaning] : choices) {
      if (word == m_text)
        return meaning;
      words.push_back(word);
    }
    return fail(one_of(std::move(words)).error());
  }

 private:
  enum class Commas { as_they_are, doubled };
  [[nodiscard]] Result<std::string> expand(std::string_view text, Commas commas) const;
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] Error bad(const Error& error) const;
  [[nodiscard]] Error bad(std::string_view needed, std::string hint = {}) const;

  std::string_view m_text;
  Place m_place;
  const ProfileOrigin& m_origin;
};

} // namespace vdeup::config
