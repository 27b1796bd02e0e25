#pragma once

#include "config/ctys_definition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::launch {

/// How a machine of the UnifiedSessionsManager is to be started.
struct CtysRequest {
  std::string file;                             ///< its definition, a `.ctys` file
  std::optional<config::CtysConsole> console{}; ///< else as the definition says
  std::optional<config::CtysBoot> boot{};       ///< else as the definition says
  std::optional<unsigned> vnc_display{};        ///< else as the definition says, else the first free one
  // What the definition is told of the network; it can choose another switch.
  std::string sock_base; ///< CTYS_SOCKBASE
  std::string socket;    ///< QEMUSOCK
  std::string mgmt;      ///< QEMUMGMT
};

/// The QEMU line of a machine, the program first, as its wrapper would have run it.
///
/// The definition is sourced by bash as the calling user. It must belong to him or root, and neither it nor
/// its directory may be writable by others. Errors: missing, refused, usage; timed_out if bash does not come
/// to the end of it in 10 s.
[[nodiscard]] Result<std::vector<std::string>> read_ctys_line(const CtysRequest& request);

} // namespace vdeup::launch
