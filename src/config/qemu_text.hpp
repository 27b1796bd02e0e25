#pragma once

#include <string_view>

namespace vdeup::config {

// What profiles and .ctys files have in common: the texts that they put into a QEMU line.

/// True for letters, digits and the signs in `signs`, beginning with a letter or a digit.
[[nodiscard]] bool is_word(std::string_view text, std::string_view signs);

/// True for a size as -m takes it: a number and at most one of K, M, G and T.
[[nodiscard]] bool is_memory_size(std::string_view text);

} // namespace vdeup::config
