#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vdeup::qemu {

/// The value of a QEMU option: `first,key=value,flag,…`. A comma inside a value is written twice.
///
/// What is not changed is printed as it was read, byte for byte.
class OptionValue {
 public:
  [[nodiscard]] static OptionValue parse(std::string_view text);
  /// A value with this first word, whatever is in it.
  [[nodiscard]] static OptionValue named(std::string_view word);

  /// The word before the first comma, if it has no `=`: `vde` in `vde,id=n0`. QEMU takes it for the value of
  /// one of the option's keys.
  [[nodiscard]] std::string first() const;
  /// What kind of thing a network option names: its first word, or its `type=`.
  [[nodiscard]] std::string type() const;
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return get(key).has_value(); }
  /// True for a word after the first comma that has no value: `help` in `e1000,help`.
  [[nodiscard]] bool has_flag(std::string_view flag) const;

  /// Change a key, or add it at the end.
  void set(std::string_view key, std::string_view value);
  /// Add a key at the end, even if it is there: `hostfwd` can be given again and again.
  void add(std::string_view key, std::string_view value);
  void remove(std::string_view key);
  /// Give a key another name, where it is there.
  void rename(std::string_view key, std::string_view name);
  /// Put another word in the place of the first.
  void set_first(std::string_view word);

  [[nodiscard]] std::string str() const;
  /// The keys in their order, without the first word.
  [[nodiscard]] std::vector<std::string> keys() const;

 private:
  std::vector<std::string> m_parts{{}}; ///< between the commas, doubled commas left doubled; never none
};

} // namespace vdeup::qemu
