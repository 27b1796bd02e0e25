#pragma once

#include "base/result.hpp"
#include "config/ctys_variables.hpp"

namespace vdeup::config {

/// The machine's console.
enum class CtysConsole {
  sdl,  ///< a window
  vnc,  ///< in the background, a VNC server
  cli0, ///< this terminal
  cli,  ///< the monitor socket; in the background (CLI, XTERM, GTERM, EMACS*)
  none,
};
/// Read a console as the wrapper's `--console` takes it, in any letter case. Error: usage.
[[nodiscard]] Result<CtysConsole> parse_ctys_console(std::string_view word);

/// What a machine boots from.
struct CtysBoot {
  enum class Mode { fdd, cd, dvd, hdd, usb, pxe };
  Mode mode = Mode::hdd;
  std::string image{}; ///< empty: the definition's own
};
/// Read `MODE[%IMAGE]` as the wrapper's `--bootmode` takes it, in any letter case. Error: usage.
[[nodiscard]] Result<CtysBoot> parse_ctys_boot(std::string_view text);

/// The definition of a machine.
struct CtysDefinition {
  std::string path;
  CtysVariables variables;

  /// The value of a variable; empty if it has none.
  [[nodiscard]] const std::string& get(std::string_view name) const;
};

/// Make the definition from the variables of bash, and for missing ones from the metadata in `text`.
[[nodiscard]] CtysDefinition make_ctys_definition(std::string path, std::string_view text,
                                                  CtysVariables variables);

/// The starters that a definition names, the first one first, each a program and its first arguments. Error:
/// usage for words that cannot be split.
[[nodiscard]] Result<std::vector<std::vector<std::string>>> ctys_starters(const CtysDefinition& definition);

} // namespace vdeup::config
