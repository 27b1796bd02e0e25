#pragma once

#include "qemu/capabilities.hpp"

#include <string>
#include <vector>

namespace vdeup::qemu {

/// The QEMU that an old line is for.
struct OldLineContext {
  Version version{};      ///< not known: nothing is translated
  bool has_kvm = true;    ///< there is a /dev/kvm
  bool is_strict = false; ///< the user wants nothing translated
};

/// A translated line, and a text for each change.
struct Translated {
  std::vector<std::string> args;
  std::vector<std::string> changes{};
};

/// Replace or omit options that this version of QEMU has removed, as far as there is a translation.
/// Everything else stays the same, byte for byte: QEMU itself refuses options without a translation. Pure.
/// rewrite() translates networks (`vlan=`).
[[nodiscard]] Translated translate_old_options(std::vector<std::string> args, const OldLineContext& context);

} // namespace vdeup::qemu
