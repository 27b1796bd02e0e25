#pragma once

#include <string>
#include <vector>

namespace vdeup::cli {

/// Do what a command line says; `argv` with argv[0], whose last component can be the name of a wrapper.
/// Returns the exit status. Returns not at all where `run` becomes another program.
[[nodiscard]] int run(const std::vector<std::string>& argv);

} // namespace vdeup::cli
