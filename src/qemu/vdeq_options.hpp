#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::qemu {

/// The options that were vdeq's own and that no QEMU has.
struct VdeqOptions {
  std::vector<std::string> sockets{}; ///< of -sock, -vdesock and -unix, one for each NIC
  std::optional<unsigned> mode{};     ///< of --mod
};

/// Take vdeq's options out of a line. vdeq knew them in front only; here they can stand anywhere.
/// Errors: usage.
[[nodiscard]] Result<VdeqOptions> take_vdeq_options(std::vector<std::string>& args);

} // namespace vdeup::qemu
