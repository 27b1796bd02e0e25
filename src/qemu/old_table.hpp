#pragma once

#include "qemu/capabilities.hpp"
#include "qemu/words.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::qemu {

/// The replacement of an option.
struct Change {
  std::vector<std::string> instead{}; ///< empty: the option is omitted
  std::string why{};                  ///< empty: this QEMU does not have it
};

/// An option that was removed as a whole. Its value, if it has one, is `value`.
[[nodiscard]] std::optional<Change> change_of_option(const Word& word, const std::string& value,
                                                     const Version& version);

/// An option that is still there, but not with this value.
[[nodiscard]] std::optional<Change> change_of_value(const Word& word, const std::string& text,
                                                    const Version& version);

} // namespace vdeup::qemu
