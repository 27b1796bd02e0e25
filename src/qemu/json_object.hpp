#pragma once

#include "base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vdeup::qemu {

/// The value of an option in JSON form, as `-device` and `-netdev` take it. Only the members of the outer
/// object are read; the text stays as it is but for what is added.
class JsonObject {
 public:
  /// Errors: usage, with what the text lacks to be an object.
  [[nodiscard]] static Result<JsonObject> parse(std::string_view text);

  /// A string as it is, a number or a truth value in QEMU's spelling; nothing for lists and objects.
  [[nodiscard]] std::optional<std::string> get(const std::string& key) const;
  [[nodiscard]] const std::map<std::string, std::string>& members() const { return m_members; }

  [[nodiscard]] const std::string& text() const { return m_text; }
  /// The text with one more member, at the end.
  [[nodiscard]] std::string with(std::string_view key, std::string_view value) const;

 private:
  std::string m_text;
  std::map<std::string, std::string> m_members; ///< lists and objects are empty
};

} // namespace vdeup::qemu
