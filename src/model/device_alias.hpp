#pragma once

#include "base/result.hpp"
#include "model/names.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace vdeup {

/// The mark that vdeup leaves on every device it makes, in the kernel (IFLA_IFALIAS): which tool, whose
/// device, for which switch. Ownership is read from it, never from a name pattern or a file.
///
/// Text form: `vdeup uid=1000 switch=/var/tmp/vde_switch0.acue` for a TAP, `vdeup bridge` for a bridge,
/// which belongs to the host and not to a user.
struct TapMark {
  uid_t owner = 0;
  SocketPath switch_dir;
  bool operator==(const TapMark&) const = default;

  [[nodiscard]] std::string text() const;
  /// The mark in an alias, or nothing if the alias is somebody else's.
  [[nodiscard]] static std::optional<TapMark> parse(std::string_view alias);
};

inline constexpr std::string_view k_bridge_mark = "vdeup bridge";

} // namespace vdeup
