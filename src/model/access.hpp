#pragma once

#include "base/identity.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace vdeup {

/// Who may use a switch, beside its owner: what the mode and the group of its socket directory say.
struct SwitchAccess {
  enum class Kind {
    owner,    ///< rwx------
    group_id, ///< rwx--S---: the s-bit marks the group and lets nobody in (manual page, -g)
    shared,   ///< rwxr-s---, and `ctl` rw-rw----: the group's users can attach VMs
  };
  Kind kind = Kind::owner;
  std::optional<Group> group{}; ///< of the directory; none: the owner's own
  bool operator==(const SwitchAccess&) const = default;

  /// The mode of the socket directory.
  [[nodiscard]] mode_t directory_mode() const;
};

/// True if what was asked for is given. The s-bit beyond it does no harm: it lets nobody in.
[[nodiscard]] bool grants(const SwitchAccess& observed, const SwitchAccess& wanted);

/// Say in words who may use a switch: "for its owner only (rwx------)".
[[nodiscard]] std::string describe(const SwitchAccess& access);

/// A mode as ls(1) writes it, without the type: `rwx--S---`.
[[nodiscard]] std::string mode_text(mode_t mode);

} // namespace vdeup
