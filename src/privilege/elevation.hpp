#pragma once

#include "process/companion.hpp"

#include <string>
#include <vector>

namespace vdeup::privilege {

/// The methods to gain privileges that a caller permits (`-Z`). Unset: as configured, else those that do not
/// prompt.
struct ElevationOptions {
  enum class Choice { unset, yes, no };
  Choice ksu = Choice::unset;
  Choice sudo = Choice::unset; ///< and its replacements: doas, pkexec
  bool may_prompt = true;      ///< a selected method may ask for a password at the terminal

  /// Take from `weaker` what is unset here.
  [[nodiscard]] ElevationOptions over(const ElevationOptions& weaker) const;
};

/// A command that starts the helper with privileges, if the host permits it.
struct ElevationCommand {
  process::Command command;
  process::Terminal terminal = process::Terminal::kept;
};

/// A method to gain privileges.
struct ElevationMethod {
  std::string_view name;
  bool gives_root; ///< and not CAP_NET_ADMIN alone
  /// Find out whether it can work, without side effects or prompts. Errors: the reason why it cannot.
  Result<ElevationCommand> (*find)(const std::string& helper, const ElevationOptions& wish);
};

/// The methods, in the order in which they are tried: the file capability, ksu, sudo, doas, pkexec.
[[nodiscard]] std::vector<ElevationMethod> elevation_methods();

/// The helper that belongs to this program: where it is installed with it, or built. Never looked for in
/// PATH. Errors: missing, naming the path.
[[nodiscard]] Result<std::string> find_helper();

} // namespace vdeup::privilege
