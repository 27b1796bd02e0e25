#pragma once

#include <string_view>

namespace vdeup::qemu {

/// What follows the name of an option of qemu-system-*.
enum class Arity {
  unknown, ///< no QEMU has such an option
  none,    ///< nothing: the next word is an option or a disk image
  value,   ///< the next word, whatever it looks like
};

/// Tell whether an option takes a value. The name stands without its dashes. Known are the options of every
/// QEMU from 0.8 to 10, and vdeq's own.
[[nodiscard]] Arity arity_of(std::string_view name);

/// True for an option whose value can be a question: `-machine help`, `-cpu ?`. QEMU then prints a list and
/// ends. In others (`-append help`) the word is nothing special.
[[nodiscard]] bool can_ask(std::string_view name);

} // namespace vdeup::qemu
