#pragma once

#include "process/companion.hpp"

#include <string>
#include <vector>

namespace vdeup::privilege {

/// Which ways to privilege a caller allows (`-Z`); unset: what the configuration says, else those that ask
/// for nothing.
struct PrivilegeWish {
  enum class Wish { unset, yes, no };
  Wish ksu = Wish::unset;
  Wish sudo = Wish::unset; ///< and what does the same in its place: doas, pkexec
  bool may_prompt = true;  ///< where sudo is wished and there is a terminal, it may ask for a password there

  /// Take from `weaker` what is not said here.
  [[nodiscard]] PrivilegeWish over(const PrivilegeWish& weaker) const;
};

/// A command that starts the helper with privilege, if the host lets it.
struct Way {
  process::Command command;
  process::Terminal terminal = process::Terminal::kept;
};

/// One entry of the list of ways, and how to find out whether it may lead there: without a side effect, and
/// without asking anybody.
struct WayKind {
  std::string_view name;
  bool gives_root; ///< and not CAP_NET_ADMIN alone
  /// Errors: why it is none.
  Result<Way> (*find)(const std::string& helper, const PrivilegeWish& wish);
};

/// The ways, in the order in which they are tried: the file capability, ksu, sudo, doas, pkexec.
[[nodiscard]] std::vector<WayKind> way_kinds();

/// The helper that belongs to this program: where it is installed with it, or built. Never looked for in
/// PATH. Errors: missing, naming the path.
[[nodiscard]] Result<std::string> find_helper();

} // namespace vdeup::privilege
