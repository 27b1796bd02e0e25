#pragma once

#include "base/result.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::config {

// A .ctys file is a bash script with `case`, `${X:-…}` and so on, so bash has to read it:
//
//  1. The file is read and checked (trusted_file.hpp), and its text is passed to bash as an argument. So what
//     was checked is what runs, even if the file is replaced.
//  2. bash sources it with an environment of its own, without start-up files and without input; its output
//     goes to standard error.
//  3. The known variables are printed between two marks, each with a NUL at its end. If the file exits or
//     execs, the second mark is missing.

/// The variables of a definition that a QEMU line is made from.
[[nodiscard]] std::span<const std::string_view> ctys_variable_names();

/// The arguments for bash. Pure.
[[nodiscard]] std::vector<std::string> ctys_bash_arguments(const std::string& path, const std::string& text);

/// Where a definition is read: what its wrapper would find in its environment.
struct CtysSurroundings {
  std::string home;
  std::string user;
  std::string directory; ///< of the definition: CTYSWRAPPERPATH
  std::string sock_base; ///< CTYS_SOCKBASE
  std::string socket;    ///< QEMUSOCK
  std::string mgmt;      ///< QEMUMGMT
};
[[nodiscard]] std::vector<std::string> ctys_bash_environment(const CtysSurroundings& surroundings);

using CtysVariables = std::map<std::string, std::string, std::less<>>;

/// Read what bash has printed. Pure. Errors: failed if it did not come to the end.
[[nodiscard]] Result<CtysVariables> parse_ctys_variables(std::string_view output, const std::string& path);

} // namespace vdeup::config
