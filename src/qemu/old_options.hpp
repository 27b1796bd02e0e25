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

/// A line in the words of today's QEMU, and what was done to it: one text for each change.
struct Translated {
  std::vector<std::string> args;
  std::vector<std::string> changes{};
};

/// Replace or leave out what scripts of 2010 say and what this version of QEMU has removed since, as far as
/// it can be said in other words. Everything else stays as it is, byte for byte: what has no translation is
/// refused by QEMU itself. Pure. The networks of a line (`vlan=`) are rewrite()'s.
[[nodiscard]] Translated translate_old_options(std::vector<std::string> args, const OldLineContext& context);

} // namespace vdeup::qemu
