#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::qemu {

/// One option of a line, or a disk image that stands alone.
struct Word {
  std::string_view option;            ///< without its dashes; empty: a disk image
  std::size_t at = 0;                 ///< index of the option, or of the image
  std::optional<std::size_t> value{}; ///< index of the option's value
};

/// Read a line word by word, as QEMU does: what follows an option with a value is that value, and anything
/// else without a dash is a disk image. An option that no QEMU knows has no value. The words refer to `args`.
[[nodiscard]] std::vector<Word> read_words(const std::vector<std::string>& args);

/// True for a line that starts no VM: `-version`, `-h`, `-machine help`, `-device e1000,help`.
[[nodiscard]] bool only_asks(const std::vector<std::string>& args, const std::vector<Word>& words);

} // namespace vdeup::qemu
