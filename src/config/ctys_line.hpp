#pragma once

#include "config/ctys_definition.hpp"

#include <functional>
#include <optional>

namespace vdeup::config {

/// Options for the start of a machine; the definition has the defaults.
struct CtysLaunch {
  std::vector<std::string> starter; ///< the program, and its first arguments
  std::optional<CtysConsole> console{};
  std::optional<CtysBoot> boot{};
  std::optional<unsigned> vnc_display{};
  std::function<bool(const std::string&)> exists; ///< is there a file of this path?
};

/// Write the QEMU line that the wrapper of a definition would have run, in the same order and with its
/// options of 2010, without the wrapper's own faults. Pure but for `exists`. Errors: usage, naming the
/// variable whose value cannot be used.
[[nodiscard]] Result<std::vector<std::string>> to_qemu_line(const CtysDefinition& definition,
                                                            const CtysLaunch& launch);

} // namespace vdeup::config
